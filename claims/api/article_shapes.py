"""Articles and revisions as the API shows them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from claims.exports.times import rfc3339
from claims.models import Article, ArticleRevision, Desk, Source


class DeskRef(serializers.Serializer[Any]):
    """A desk, named."""

    id = serializers.IntegerField()
    key = serializers.CharField()
    name = serializers.CharField()


class SourceRef(serializers.Serializer[Any]):
    """A source, named."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    kind = serializers.CharField()


class ArticleOut(serializers.Serializer[Any]):
    """An article. Its texts are its revisions; the newest is the one that claims are taken from."""

    id = serializers.IntegerField()
    outlet = SourceRef()
    headline = serializers.CharField()
    url = serializers.CharField(help_text="In its canonical spelling; empty when there is none.")
    authors = serializers.ListField(child=serializers.CharField())
    language = serializers.CharField()
    published_at = serializers.DateTimeField()
    published_zone = serializers.CharField()
    published_raw = serializers.CharField(help_text="As written where it was published.")
    published_known = serializers.CharField(help_text="given, page or entered: how the time came to be known.")
    desk = DeskRef(allow_null=True)
    embargo_until = serializers.DateTimeField(allow_null=True)
    canceled_at = serializers.DateTimeField(allow_null=True, help_text="When its provider cancelled it.")
    created_at = serializers.DateTimeField()


class RevisionOut(serializers.Serializer[Any]):
    """One frozen text. Every offset of a quote counts Unicode code points of exactly this text."""

    article = serializers.IntegerField()
    number = serializers.IntegerField()
    sha256 = serializers.CharField(help_text="Of the text's UTF-8 bytes, hexadecimal.")
    length = serializers.IntegerField(help_text="Code points.")
    kept_at = serializers.DateTimeField()
    text = serializers.CharField(required=False, help_text="Left out in lists.")


class AmendedOut(ArticleOut):
    """An article as somebody changed it."""

    notes = serializers.ListField(
        child=serializers.CharField(), help_text="What its sender may not have meant: sentences for a person."
    )


class TakenInOut(ArticleOut):
    """An article with the text that was sent, and whether either is new."""

    revision = RevisionOut()
    is_new = serializers.BooleanField()
    is_new_text = serializers.BooleanField()
    notes = serializers.ListField(
        child=serializers.CharField(),
        help_text="What was assumed about a page, and what its sender may not have meant: sentences for a person.",
    )


def desk_out(desk: Desk | None) -> dict[str, Any] | None:
    """A desk, named; null where there is none."""
    return {"id": desk.pk, "key": desk.key, "name": desk.name} if desk else None


def source_out(source: Source) -> dict[str, Any]:
    """A source, named."""
    return {"id": source.pk, "name": source.name, "kind": source.kind}


def article_out(article: Article) -> dict[str, Any]:
    """An `ArticleOut`."""
    return {
        "id": article.pk,
        "outlet": source_out(article.outlet),
        "headline": article.headline,
        "url": article.canonical_url,
        "authors": list(article.authors),
        "language": article.language,
        "published_at": rfc3339(article.published_at),
        "published_zone": article.published_zone,
        "published_raw": article.published_raw,
        "published_known": str(article.published_known),
        "desk": desk_out(article.desk),
        "embargo_until": rfc3339(article.embargo_until),
        "canceled_at": rfc3339(article.canceled_at),
        "created_at": rfc3339(article.created_at),
    }


def revision_out(revision: ArticleRevision, *, length: int, with_text: bool = True) -> dict[str, Any]:
    """A `RevisionOut`. `length` is given, so that lists need not read the texts."""
    return {
        "article": revision.article_id,
        "number": revision.number,
        "sha256": revision.sha256,
        "length": length,
        "kept_at": rfc3339(revision.fetched_at),
        **({"text": revision.text} if with_text else {}),
    }
