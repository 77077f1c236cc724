"""From what was sent about a claim to what the services take: the text it quotes, its desk, and who brings it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, cast

from django.db.models import OuterRef, Subquery
from django.db.models.expressions import RawSQL

from claims.api.errors import Invalid, NothingHere
from claims.errors import ClaimDeskError
from claims.models import ArticleRevision, Claim, Desk
from claims.permissions import Viewer, desk_roles, only_desk, visible_articles
from claims.services.proposing import GivenClaim, GivenQuote, Maker
from reviews.api.claim_bodies import given_date, given_step
from reviews.services.bringing import Wanted

COPIED = ("priority", "short_text", "selection_reason", "topics")
TEXT_AT_ONCE = 50_000_000  # bytes of articles that one call may quote: all of them are in memory meanwhile
_NEWEST = ArticleRevision.objects.filter(article=OuterRef("article")).order_by("-number").values("number")[:1]
_QUOTED = """
SELECT id FROM (
    SELECT revision.id, sum(octet_length(revision.text)) OVER (ORDER BY revision.id) AS size
      FROM unnest(%s::bigint[], %s::bigint[]) AS asked (article, number)
      JOIN claims_articlerevision revision
        ON revision.article_id = asked.article AND revision.number = coalesce(asked.number, (
           SELECT max(number) FROM claims_articlerevision newest WHERE newest.article_id = asked.article))
) quoted WHERE size <= %s
"""


class QuotedTexts:
    """The texts that these bodies quote, as far as the viewer sees their articles; read once for all of them."""

    def __init__(self, viewer: Viewer, now: datetime, bodies: Iterable[dict[str, Any]]) -> None:
        self._seen = visible_articles(viewer, now)
        self._found: dict[tuple[int, int], ArticleRevision] = {}
        self._newest: dict[int, int] = {}
        asked = {(told["article"], told.get("revision")) for told in bodies if "article" in told}
        if asked:
            numbers = RawSQL(_QUOTED, [[one for one, _ in asked], [number for _, number in asked], TEXT_AT_ONCE])  # noqa: S611 - our own text, the numbers are bound
            rows = ArticleRevision.objects.filter(pk__in=numbers, article__in=self._seen.values("pk"))
            rows = rows.select_related("article__outlet", "article__desk").annotate(newest=Subquery(_NEWEST))
            for revision in rows:
                self._found[revision.article_id, revision.number] = revision
                self._newest[revision.article_id] = revision.newest

    def of(self, told: dict[str, Any]) -> ArticleRevision | None:
        """The text a body quotes, the newest unless it names one; None when it quotes none.

        Raises `NothingHere`, `Invalid`.
        """
        if "article" not in told:
            return None
        article, number = told["article"], told.get("revision")
        found = self._found.get((article, number or self._newest.get(article, 0)))
        if found is None:
            raise self._why_not(article, number)
        return found

    def _why_not(self, article: int, number: int | None) -> ClaimDeskError:
        """Why a text was not read: the article is not there, it has no such text, or all together were too much."""
        if not self._seen.filter(pk=article).exists():
            return NothingHere(f"There is no article {article}.", pointer="/article")
        texts = ArticleRevision.objects.filter(article=article)
        if number is not None and not texts.filter(number=number).exists():
            return Invalid("The article has no such revision.", pointer="/revision")
        most = TEXT_AT_ONCE // 1_000_000
        return Invalid(f"One call quotes at most {most} MB of articles. Send this in another call.", pointer="/article")


class Making:
    """What a caller's bodies ask for. What many of them share is read or worked out once."""

    def __init__(self, viewer: Viewer, now: datetime, desks: Sequence[Desk], bodies: Iterable[dict[str, Any]]) -> None:
        self._viewer, self._desks = viewer, desks
        self._texts = QuotedTexts(viewer, now, bodies)
        self._makers: dict[int | None, Maker] = {}

    def wanted(self, told: dict[str, Any]) -> Wanted:
        """The claim that a checked `ClaimBody` asks for. Raises `NothingHere`, `Invalid`."""
        revision = self._texts.of(told)
        desk = self._desk(told, revision)
        return Wanted(_given(told, revision, desk), self._maker(desk), accepted=told["accept"])

    def _desk(self, told: dict[str, Any], revision: ArticleRevision | None) -> Desk | None:
        """The desk named, else the article's, else the only one the caller works on."""
        if "desk" in told:
            return cast("Desk | None", told["desk"])
        if revision is not None and revision.article.desk is not None:
            return revision.article.desk
        return only_desk(self._viewer, self._desks)

    def _maker(self, desk: Desk | None) -> Maker:
        number, viewer = desk.pk if desk else None, self._viewer
        if number not in self._makers:
            actor = viewer.actor.having(*desk_roles(viewer, number))
            self._makers[number] = Maker(actor, viewer.user, viewer.key)
        return self._makers[number]


def location_of(claim: Claim) -> str:
    """Where a new claim is found."""
    return f"/api/v1/claims/{claim.pk}"


def _given(told: dict[str, Any], revision: ArticleRevision | None, desk: Desk | None) -> GivenClaim:
    quote = told.get("quote")
    date = told.get("own_date")
    return GivenClaim(
        statement=told.get("statement") or told["quote"]["exact"],
        language=told.get("language") or (revision.article.language if revision else ""),
        quote=GivenQuote(revision, **quote) if quote and revision else None,
        chain=[given_step(step) for step in told.get("chain", ())],
        hedge=told.get("hedge"),
        own=given_date(date) if date else None,
        desk=desk,
        review_due_at=told.get("review_due_at"),
        **{name: told[name] for name in COPIED if name in told},
    )
