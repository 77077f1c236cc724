"""Parts of a claim as the API shows it: what of it holds now, its quotes with their chains, what was published."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from claims.api.article_shapes import source_out
from claims.deadlines import DateFacts, holding, moments
from claims.exports.times import rfc3339
from claims.models import Appearance, ChainStep, Decision, FlagKind
from claims.wordings import flag_words, said_words, so_words


def flags_of(facts: DateFacts, raised: Mapping[str, tuple[str, str]], now: datetime) -> list[dict[str, Any]]:
    """The same from the facts. `raised` are the flags that are not the clock's: since when, and why."""
    wanted = moments(facts)
    holds = {str(kind): (rfc3339(wanted[kind]), "") for kind in holding(wanted, now)} | dict(raised)
    if not holds:
        return []
    return [
        {"kind": kind, "label": flag_words(kind), "since": holds[kind][0], "reason": holds[kind][1]}
        for kind in FlagKind.values
        if kind in holds
    ]


def quote_out(quote: Appearance) -> dict[str, Any]:
    """The exact words, where they stand, and the hedge as printed."""
    article = quote.revision.article
    return {
        "exact": quote.exact,
        "prefix": quote.prefix,
        "suffix": quote.suffix,
        "start": quote.start,
        "end": quote.end,
        "article": {
            "id": article.pk,
            "headline": article.headline,
            "url": article.canonical_url,
            "outlet": source_out(article.outlet),
            "published_at": rfc3339(article.published_at),
        },
        "revision": quote.revision.number,
        "hedge": {
            "words": list(quote.hedge_words),
            "kind": quote.hedge_kind,
            "low": quote.hedge_low,
            "high": quote.hedge_high,
            "scale": quote.hedge_scale,
        },
    }


def merged_quote_out(quote: Appearance) -> dict[str, Any]:
    """A quote of a claim that was merged, with its own chain."""
    return {"claim": quote.claim_id, **quote_out(quote), "chain": chain_out(quote)}


def chain_out(quote: Appearance) -> list[dict[str, Any]]:
    """Through whom it came."""
    return [step_out(step) for step in quote.chain.all()]


def step_out(step: ChainStep) -> dict[str, Any]:
    """One step of the chain, from the article back to the origin."""
    return {
        "order": step.order,
        "source": source_out(step.source) if step.source else None,
        "verb": step.verb,
        "named": step.named,
        "on_record": step.on_record,
        "implied": step.implied,
        "link": step.link,
        "note": step.note,
    }


def verdict_out(decision: Decision) -> dict[str, Any]:
    """The standing answers. `so` is null where it was too early to tell."""
    return {
        "decision": decision.pk,
        "number": decision.number,
        "said": decision.said,
        "said_label": said_words(decision.said),
        "so": decision.so or None,
        "so_label": so_words(decision.so),
        "outcome": decision.outcome or None,
        "outcome_label": decision.get_outcome_display() if decision.outcome else "",
        "why": decision.why,
        "decided_at": rfc3339(decision.decided_at),
        "is_demo": decision.is_demo,
    }


def publication_out(decision: Decision) -> dict[str, Any]:
    """What readers were told last, and whether they still are."""
    return {
        **verdict_out(decision),
        "standing": decision.standing,
        **published_out(decision),
    }


def published_out(decision: Decision) -> dict[str, Any]:
    """How a decision was published, corrected and taken back."""
    return {
        "public": decision.is_public,
        "published_at": rfc3339(decision.published_at),
        "replaced_at": rfc3339(decision.replaced_at),
        "withdrawn_at": rfc3339(decision.withdrawn_at),
        "withdrawn_note": decision.withdrawn_note,
        "correction_class": decision.correction_class or None,
        "correction_class_label": decision.get_correction_class_display() if decision.correction_class else "",
        "correction_note": decision.correction_note,
    }
