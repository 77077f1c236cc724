"""Articles and their frozen texts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Length
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from claims.api.article_bodies import ArticleBody, ArticleFilters, ArticlePatch, RevisionBody
from claims.api.article_shapes import AmendedOut, ArticleOut, RevisionOut, TakenInOut, article_out, revision_out
from claims.api.errors import BadParameter, NothingHere
from claims.api.examples import ARTICLE, ITEM, LATER_TEXT, OTHER_HEADLINE, PAGE
from claims.api.fields import checked
from claims.api.operations import LOCATION, RETRY_AFTER, OperationOut, asking_again, operation_out
from claims.api.paging import Order, page_of
from claims.api.parameters import Paged, given, page_in
from claims.api.preconditions import expected_mark, is_known, tag
from claims.api.repeating import repeatable
from claims.api.schema import page_response, sent
from claims.api.views import ApiView, not_modified
from claims.errors import UnusableAddress
from claims.models import Article, ArticleRevision
from claims.permissions import only_desk, visible_articles
from claims.services.amending import amend_article, check_may_add, check_may_amend, version_of
from claims.services.articles import GivenArticle, TakenIn, address, keep_text
from claims.services.completing import ToldArticle, completed, read_given
from claims.services.newsitems import take_in_item
from claims.services.operations import ask_import
from claims.services.taking import notes_on, take_in_for


class Articles(ApiView):
    """The articles that were taken in."""

    tagged = True

    @extend_schema(parameters=[ArticleFilters], responses={200: page_response(ArticleOut)})
    def get(self, request: Request) -> Response:
        """List articles, newest first by number."""
        asked = given(ArticleFilters, request, desks=self.desks)
        rows = _narrowed(visible_articles(self.viewer, self.now), asked).select_related("outlet", "desk")
        return page_of(request, rows, page_in(asked), _articles_out)

    @extend_schema(
        request=ArticleBody,
        parameters=[LOCATION, RETRY_AFTER],
        responses={201: TakenInOut, 200: TakenInOut, 202: OperationOut},
        examples=[sent("An article", ARTICLE), sent("An article as its page", PAGE), sent("A news item", ITEM)],
    )
    @repeatable
    def post(self, request: Request) -> Response:
        """Take an article in. The same one again is the existing one (200); a changed text is a new revision.

        With a link alone its page is read by a worker: the answer (202) is the operation that says how it fares.
        """
        check_may_add(self.viewer)
        told = checked(ArticleBody, request.data, desks=self.desks)
        told.pop("extract", None)
        told.setdefault("desk", only_desk(self.viewer, self.desks))
        if not {"text", "html", "ninjs"} & told.keys():
            return self._asked(told)
        taken, notes = self._taken(told)
        return Response(
            taken_out(taken, notes),
            status=201 if taken.is_new else 200,
            headers={"Location": f"/api/v1/articles/{taken.article.pk}", "ETag": tag(version_of(taken.article))},
        )

    def _taken(self, told: dict[str, Any]) -> tuple[TakenIn, Sequence[str]]:
        """What came of a checked body, and what was assumed about it."""
        if "ninjs" in told:
            item = told.pop("ninjs")
            return take_in_item(self.viewer, ToldArticle(**told), item)
        if "text" in told:
            given, notes = GivenArticle(**told), list[str]()
        else:
            page = read_given(told.pop("html"))
            found = completed(ToldArticle(**told), page)
            given, notes = found.article, [*found.notes]
        taken = take_in_for(self.viewer, given)
        said = notes_on(self.viewer, taken.article, self.now, desk=given.desk, until=given.embargo_until)
        return taken, [*notes, *said]

    def _asked(self, told: dict[str, Any]) -> Response:
        """The beginning of an import."""
        row = ask_import(self.viewer, ToldArticle(**told))
        headers = {"Location": f"/api/v1/operations/{row.pk}", **asking_again(row, self.now)}
        return Response(operation_out(row), status=202, headers=headers)


class OneArticle(ApiView):
    """One article."""

    tagged = True

    @extend_schema(responses={200: ArticleOut, 304: None})
    def get(self, request: Request, number: int) -> Response:
        """Read an article."""
        article = self.article(number)
        if is_known(request, version_of(article)):
            return not_modified(tag(version_of(article)))
        return Response(article_out(article), headers={"ETag": tag(version_of(article))})

    @extend_schema(request=ArticlePatch, responses={200: AmendedOut}, examples=[sent("Other words", OTHER_HEADLINE)])
    def patch(self, request: Request, number: int) -> Response:
        """Change what is said about an article (merge patch)."""
        article = self.article(number)
        check_may_amend(self.viewer, article)
        seen = expected_mark(request, version_of(article))
        changes = checked(ArticlePatch, request.data, partial=True, desks=self.desks)
        amended = amend_article(number, changes, seen=seen)
        notes = notes_on(self.viewer, amended, self.now, desk=None, until=changes.get("embargo_until"))
        return Response({**article_out(amended), "notes": notes}, headers={"ETag": tag(version_of(amended))})


class Revisions(ApiView):
    """The frozen texts of one article."""

    @extend_schema(parameters=[Paged], responses={200: page_response(RevisionOut)})
    def get(self, request: Request, number: int) -> Response:
        """List the texts of an article, oldest first, without the words."""
        asked = given(Paged, request)
        rows = self.article(number).revisions.annotate(length=Length("text")).defer("text")
        return page_of(request, rows, page_in(asked), _revisions_out, Order(descending=False))

    @extend_schema(
        request=RevisionBody,
        responses={201: RevisionOut, 200: RevisionOut},
        examples=[sent("A later text", LATER_TEXT)],
    )
    @repeatable
    def post(self, request: Request, number: int) -> Response:
        """Keep what the article says now: a new revision, also of an earlier text that is back. As before: 200."""
        check_may_add(self.viewer)
        article = self.article(number)
        told = checked(RevisionBody, request.data)
        words = told["text"] if "text" in told else read_given(told["html"]).text
        taken = keep_text(article, words, stands_now=True)
        shown = revision_out(taken.revision, length=len(taken.revision.text))
        location = f"/api/v1/articles/{number}/revisions/{taken.revision.number}"
        return Response(shown, status=201 if taken.is_new_text else 200, headers={"Location": location})


class OneRevision(ApiView):
    """One frozen text."""

    tagged = True

    @extend_schema(responses={200: RevisionOut, 304: None})
    def get(self, request: Request, number: int, revision: int) -> Response:
        """Read a text. It never changes, so its tag is its hash."""
        found = self.article(number).revisions.filter(number=revision).first()
        if found is None:
            raise NothingHere(f"Article {number} has no revision {revision}.")
        if is_known(request, found.sha256):
            return not_modified(tag(found.sha256))
        return Response(revision_out(found, length=len(found.text)), headers={"ETag": tag(found.sha256)})


def taken_out(taken: TakenIn, notes: Sequence[str] = ()) -> dict[str, Any]:
    """A `TakenInOut`."""
    return {
        **article_out(taken.article),
        "revision": revision_out(taken.revision, length=len(taken.revision.text)),
        "is_new": taken.is_new,
        "is_new_text": taken.is_new_text,
        "notes": list(notes),
    }


def _narrowed(rows: QuerySet[Article], asked: dict[str, Any]) -> QuerySet[Article]:
    lookups = {
        "outlet": "outlet",
        "desk": "desk",
        "language": "language",
        "published_after": "published_at__gte",
        "published_before": "published_at__lt",
    }
    rows = rows.filter(**{lookup: asked[name] for name, lookup in lookups.items() if name in asked})
    return rows.filter(canonical_url=_canonical(asked["url"])) if "url" in asked else rows


def _canonical(url: str) -> str:
    try:
        return address(url, "url")
    except UnusableAddress as refused:
        raise BadParameter(f"url: {refused.message}") from refused


def _articles_out(rows: Sequence[Article]) -> list[dict[str, Any]]:
    return [article_out(row) for row in rows]


def _revisions_out(rows: Sequence[ArticleRevision]) -> list[dict[str, Any]]:
    return [revision_out(row, length=row.length, with_text=False) for row in rows]  # type: ignore[attr-defined]  # annotated
