"""Where a claim and its verdicts come from, as PROV-O (JSON-LD): what was quoted, kept, used and decided, and by whom.

Names of nodes are the addresses under which the API has them; a step of the chain is named within its claim. The
context stands in the document, so nobody has to ask for one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from claims.exports.stated import stated
from claims.exports.times import rfc3339
from claims.models import Appearance, ChainStep, Claim, Copy, Decision, Evidence, Source, SourceKind
from claims.verdicts import Said
from claims.wordings import said_words, so_words

CONTEXT = {
    "prov": "http://www.w3.org/ns/prov#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "schema": "http://schema.org/",
}
_KINDS = {SourceKind.PERSON: "prov:Person", SourceKind.OUTLET: "prov:Organization"}
_KINDS |= {SourceKind.ORGANISATION: "prov:Organization"}
Node = dict[str, Any]


@dataclass(frozen=True)
class Judged:
    """One judgement as far as the graph needs it. `evidence` are the numbers of items it used."""

    number: int
    person: int
    name: str
    submitted_at: datetime
    evidence: Sequence[int]


@dataclass(frozen=True)
class Provenance:
    """Everything of one claim that its reader may see. Nothing of protected evidence is in it, whoever reads."""

    claim: Claim
    appearances: Sequence[Appearance]
    evidence: Sequence[Evidence]
    reviews: Sequence[Judged]
    decisions: Sequence[Decision]
    merged: Sequence[int]  # claims that were merged into this one
    api: str

    def document(self) -> dict[str, Any]:
        """The whole graph."""
        nodes: dict[str, Node] = {}
        for node in self._nodes():
            nodes.setdefault(node["@id"], {}).update(stated(node))
        return {"@context": CONTEXT, "@graph": list(nodes.values())}

    @property
    def _claim(self) -> str:
        return self._named(self.claim.pk)

    def _named(self, claim: int) -> str:
        return f"{self.api}/claims/{claim}"

    def _nodes(self) -> Iterator[Node]:
        yield {
            **_entity(self._claim, self.claim.created_at, self.claim.statement),
            "prov:wasQuotedFrom": _each(self._revision(seen) for seen in self.appearances),
            "prov:wasDerivedFrom": _each(self._named(one) for one in (self.claim.split_from_id,) if one),
            "prov:alternateOf": _each(self._named(one) for one in (self.claim.duplicate_of_id, *self.merged) if one),
        }
        for seen in self.appearances:
            yield from self._place(seen)
        shown = {item.pk for item in self.evidence}
        for item in self.evidence:
            yield from self._item(item, shown)
        for review in self.reviews:
            yield from self._review(review, shown)
        yield from self._verdicts(shown)

    def _revision(self, seen: Appearance) -> str:
        return f"{self.api}/articles/{seen.revision.article_id}/revisions/{seen.revision.number}"

    def _place(self, seen: Appearance) -> Iterator[Node]:
        """The article, its frozen text, and the steps through which the claim came to it."""
        revision, article = seen.revision, seen.revision.article
        address = article.canonical_url or f"{self.api}/articles/{article.pk}"
        steps = [(self._step(seen, step), step) for step in seen.chain.all() if step.source_id != article.outlet_id]
        chain = [address, *(name for name, _ in steps)]
        for name, source in pairwise(chain):
            yield {"@id": name, "prov:wasQuotedFrom": _ref(source)}
        yield {
            **_entity(address, article.published_at, article.headline),
            "prov:wasAttributedTo": _ref(self._source(article.outlet)),
            "prov:hadPrimarySource": _ref(chain[-1]) if len(chain) > 1 else None,
        }
        yield self._agent(article.outlet)
        yield {
            **_entity(self._revision(seen), revision.fetched_at),
            "prov:specializationOf": _ref(address),
            "schema:sha256": revision.sha256,
        }
        for name, step in steps:
            yield from self._said(name, step)

    def _step(self, seen: Appearance, step: ChainStep) -> str:
        return f"{self._claim}#appearance-{seen.pk}-step-{step.order}"

    def _said(self, name: str, step: ChainStep) -> Iterator[Node]:
        """What one step of the chain said. A step that nobody stated is an entity without anybody."""
        source = step.source
        yield {
            **_entity(name),
            "prov:wasAttributedTo": _ref(self._source(source)) if source else None,
            "schema:description": step.verb,
        }
        if source is not None:
            yield self._agent(source)

    def _source(self, source: Source) -> str:
        return f"{self.api}/sources/{source.pk}"

    def _agent(self, source: Source) -> Node:
        kind = _KINDS.get(SourceKind(source.kind))
        types = ["prov:Agent", *([kind] if kind else [])]
        return {"@id": self._source(source), "@type": types, "schema:name": source.name}

    def _evidence(self, number: int) -> str:
        return f"{self.api}/evidence/{number}"

    def _item(self, item: Evidence, shown: set[int]) -> Iterator[Node]:
        name, copies = self._evidence(item.pk), list(item.copies.all())
        origin = [item.derives_from_id] if item.derives_from_id in shown else []
        yield {
            **_entity(name, item.added_at, item.shown_title),
            "prov:hadPrimarySource": _ref(item.url) if item.url and not origin else None,
            "prov:wasDerivedFrom": _each([self._copy(copy) for copy in copies] + [self._evidence(pk) for pk in origin]),
            "schema:sha256": item.snapshot.sha256 if item.snapshot else "",
        }
        if item.superseded_by_id in shown and item.superseded_by_id is not None:
            yield {"@id": self._evidence(item.superseded_by_id), "prov:wasRevisionOf": _ref(name)}
        for copy in copies:
            yield {
                **_entity(self._copy(copy), copy.fetched_at),
                "prov:specializationOf": _ref(copy.url),
                "schema:sha256": copy.snapshot.sha256,
            }

    def _copy(self, copy: Copy) -> str:
        return f"{self._evidence(copy.evidence_id)}/copies/{copy.number}"

    def _review(self, review: Judged, shown: set[int]) -> Iterator[Node]:
        person = f"{self.api}/reviewers/{review.person}"
        used = [self._evidence(number) for number in review.evidence if number in shown]
        yield {
            "@id": self._judgement(review),
            "@type": "prov:Activity",
            "prov:used": _each([self._claim, *used]),
            "prov:wasAssociatedWith": _ref(person),
            "prov:endedAtTime": _moment(review.submitted_at),
        }
        yield {"@id": person, "@type": ["prov:Agent", "prov:Person"], "schema:name": review.name}

    def _judgement(self, review: Judged) -> str:
        return f"{self._claim}/reviews#{review.number}"

    def _verdicts(self, shown: set[int]) -> Iterator[Node]:
        """Every decision follows from the reviews since the one before, or is the one before in other words."""
        former: Decision | None = None
        for decision in self.decisions:
            since = former.decided_at if former else None
            reviews = [
                self._judgement(review)
                for review in self.reviews
                if review.submitted_at <= decision.decided_at and (since is None or review.submitted_at > since)
            ]
            items = sorted(item.pk for item in decision.evidence.all() if item.pk in shown)
            yield {
                **_entity(self._decision(decision), decision.recorded_at, _verdict(decision)),
                "prov:wasGeneratedBy": _each(reviews),
                "prov:wasDerivedFrom": _each([self._claim, *(self._evidence(pk) for pk in items)]),
                "prov:wasRevisionOf": _ref(self._decision(former)) if former else None,
                "prov:invalidatedAtTime": _moment(decision.withdrawn_at),
                "schema:creativeWorkStatus": "Demo" if decision.is_demo else "",
            }
            former = decision

    def _decision(self, decision: Decision) -> str:
        return f"{self._claim}/decisions#{decision.number}"


def _verdict(decision: Decision) -> str:
    said = "" if decision.said == Said.NOT_CHECKED else f"; {said_words(decision.said)}"
    return f"{'Demo: ' if decision.is_demo else ''}{so_words(decision.so)}{said}"


def _entity(name: str, moment: datetime | None = None, value: str = "") -> Node:
    return {"@id": name, "@type": "prov:Entity", "prov:generatedAtTime": _moment(moment), "prov:value": value}


def _moment(moment: datetime | None) -> dict[str, str] | None:
    return None if moment is None else {"@type": "xsd:dateTime", "@value": rfc3339(moment)}


def _ref(name: str) -> dict[str, str]:
    return {"@id": name}


def _each(names: Iterable[str]) -> list[dict[str, str]]:
    return [_ref(name) for name in dict.fromkeys(names)]
