"""First part of the story: an article comes in, what cannot be kept is refused, claims stand on their exact words."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from claims.errors import ClaimDeskError, QuoteNotInText
from claims.models import ApiKey, Appearance, ArticleRevision, Claim, Desk
from claims.permissions import viewer_for_key
from claims.services.articles import take_in
from claims.services.transitions import database_time
from claims.timewords import own_date
from reviews.demo.promises import Promises
from reviews.demo.tables import Teller
from reviews.newsroom.loading import given_article, propose_script
from reviews.newsroom.retelling import retelling
from reviews.newsroom.scripts import ArticleScript

MISREAD = "American generals will travel to Moscow next week"
RIGHT_TO_LEFT = "\N{RIGHT-TO-LEFT OVERRIDE}"


@dataclass(frozen=True)
class Refusal:
    """Something that was tried, and the sentence that came back."""

    tried: str
    code: str
    sentence: str


def article_in(desk: Desk, teller: Teller, promises: Promises) -> tuple[dict[str, Any], ArticleRevision]:
    """Take the retelling in, twice."""
    given = given_article(retelling(), desk)
    taken, again = take_in(given), take_in(given)
    revision = taken.revision
    once = taken.is_new and not again.is_new and not again.is_new_text and again.revision == revision
    promises.keep("An article sent twice is kept once, its text frozen under its hash.", once)
    told = _told(revision)
    teller.chapter("An article comes in")
    teller.table(("what", "kept as"), (14, 80), [(key.replace("_", " "), str(value)) for key, value in told.items()])
    teller.say("Sent once more: the same article, no second copy.")
    return told, revision


def _told(revision: ArticleRevision) -> dict[str, Any]:
    article = revision.article
    return {
        "outlet": article.outlet.name,
        "headline": article.headline,
        "published": article.published_at.astimezone(ZoneInfo(article.published_zone)).isoformat(),
        "zone": article.published_zone,
        "how_known": str(article.get_published_known_display()),
        "revision": revision.number,
        "code_points": len(revision.text),
        "sha256": revision.sha256,
    }


def refusals(desk: Desk, revision: ArticleRevision, key: ApiKey, teller: Teller, promises: Promises) -> list[Refusal]:
    """Try what must not be kept; nothing is written by any of it."""
    before = (ArticleRevision.objects.count(), Claim.objects.count(), Appearance.objects.count())
    told = [_misread(desk, revision, key), *_unusable(desk)]
    after = (ArticleRevision.objects.count(), Claim.objects.count(), Appearance.objects.count())
    promises.keep("A quote that is not in the text is refused with the nearest text.", "may travel" in told[0].sentence)
    codes = {refusal.code for refusal in told[1:]}
    refused = codes == {"naive_time", "unusable_text", "invalid"}
    promises.keep(
        "What cannot be kept is refused with a sentence, and nothing is written.", refused and before == after
    )
    teller.chapter("What is refused, and why")
    teller.table(("tried", "answer"), (34, 60), [(refusal.tried, refusal.sentence) for refusal in told])
    return told


def _misread(desk: Desk, revision: ArticleRevision, key: ApiKey) -> Refusal:
    script = replace(retelling().claims[0], quote=MISREAD)
    try:
        propose_script(script, revision, desk, viewer_for_key(key))
    except QuoteNotInText as refused:
        return Refusal(f"a claim that quotes “{MISREAD}”", refused.code, refused.message)
    return Refusal(f"a claim that quotes “{MISREAD}”", "", "It was kept.")


def _unusable(desk: Desk) -> list[Refusal]:
    given = given_article(retelling(), desk)
    unzoned = datetime.fromisoformat("2025-11-22T12:00:00")  # as a careless integration sends it
    attempts = {
        "a publication time without a zone": replace(given, published_at=unzoned, headline="No zone"),
        "a text with a hidden change of direction": replace(given, text=f"Signed{RIGHT_TO_LEFT}by noon"),
        "an article without a text": replace(given, text=" \n "),
    }
    told = []
    for tried, attempt in attempts.items():
        try:
            take_in(attempt)
        except ClaimDeskError as refused:
            told.append(Refusal(tried, refused.code, refused.message))
    return told


def claims_of(script: ArticleScript, revision: ArticleRevision, desk: Desk, key: ApiKey) -> list[Claim]:
    """Propose every claim of an article as the integration that holds the key."""
    viewer = viewer_for_key(key)
    return [propose_script(each, revision, desk, viewer) for each in script.claims]


def show_claims(claims: list[Claim], teller: Teller) -> list[dict[str, Any]]:
    """Claims with their quotes, chains, hedges and dates; answers the same for machines."""
    teller.chapter(f"{len(claims)} claims, each on its exact words")
    documents = [_document(claim) for claim in claims]
    rows = [
        (f"#{each['claim']}", each["statement"], each["chain_words"], ", ".join(each["hedge"]), each["own_date_words"])
        for each in documents
    ]
    teller.table(("no.", "claim", "who says so", "hedge", "its own date"), (4, 36, 24, 11, 14), rows)
    return documents


def _document(claim: Claim) -> dict[str, Any]:
    seen = Appearance.objects.select_related("revision").prefetch_related("chain__source").get(claim=claim)
    steps = [
        {"source": str(step), "verb": step.verb, "named": step.named, "implied": step.implied}
        for step in seen.chain.all()
    ]
    return {
        "claim": claim.pk,
        "statement": claim.statement,
        "quote": {"exact": seen.exact, "start": seen.start, "end": seen.end},
        "stands_there": seen.revision.text[seen.start : seen.end] == seen.exact,
        "chain": steps,
        "chain_words": " ← ".join(str(step["source"]) for step in steps),
        "hedge": seen.hedge_words,
        "hedge_kind": seen.hedge_kind,
        "likelihood": [seen.hedge_low, seen.hedge_high] if seen.hedge_scale else None,
        "confirm_by": claim.confirm_by and claim.confirm_by.isoformat(),
        "own_date_words": _date_words(claim),
    }


def _date_words(claim: Claim) -> str:
    if claim.confirm_from is None or claim.confirm_by is None:
        return ""
    zone = ZoneInfo(claim.confirm_zone)
    words = own_date(
        claim.confirm_from,
        claim.confirm_by,
        claim.confirm_precision,
        claim.confirm_zone,
        basis=claim.confirm_zone_basis,
        reader=zone,
        now=database_time(),
    )
    return words.date
