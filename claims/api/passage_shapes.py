"""Quoted passages and what later texts of their articles make of them, as the API shows them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from claims.api.fields import Body, Words
from claims.api.written import Link
from claims.comparing import Comparison, Piece, compare
from claims.exports.times import rfc3339
from claims.models import RevisedPassage
from claims.passages import Fate

Fields = serializers.Serializer[Any]


class NotedOut(Fields):
    """Who compared it, when, and what they wrote."""

    by = serializers.CharField()
    at = serializers.DateTimeField()
    note = serializers.CharField()


class PassageOut(Fields):
    """What a later text of an article makes of a quote, where that is something new."""

    id = serializers.IntegerField()
    claim = serializers.IntegerField()
    article = serializers.IntegerField()
    quote = serializers.CharField(help_text="The exact words that are quoted.")
    quoted_revision = serializers.IntegerField(help_text="The text that the claim quotes, which never changes.")
    revision = serializers.IntegerField(help_text="The later text.")
    fate = serializers.ChoiceField(Fate.values)
    fate_label = serializers.CharField()
    found_at = serializers.DateTimeField()
    to_compare = serializers.BooleanField(help_text="Whether it holds `source_changed` up.")
    noted = NotedOut(allow_null=True)
    href = serializers.CharField(help_text="Where both passages stand side by side.")


class PieceOut(Fields):
    """Some words of one side, and whether the other side lacks them."""

    text = serializers.CharField()
    changed = serializers.BooleanField()


class RowOut(Fields):
    """Two paragraphs beside one another. An empty side: the paragraph stands only on the other."""

    before = PieceOut(many=True)
    after = PieceOut(many=True)


class PassageTextOut(PassageOut):
    """The same with both passages: the paragraphs of the quote, the one before and the one after."""

    before = serializers.CharField()
    after = serializers.CharField(allow_null=True, help_text="Null when nothing stands for it any more.")
    comparison = RowOut(many=True)


class NoteBody(Body):
    """What somebody who compared both passages has to say."""

    note = Words(longest=600, lines=True)


def passage_out(passage: RevisedPassage, link: Link, *, to_compare: bool) -> dict[str, Any]:
    """A `PassageOut`."""
    quote = passage.appearance
    noted = {"by": passage.noted_by, "at": rfc3339(passage.noted_at), "note": passage.note}
    return {
        "id": passage.pk,
        "claim": quote.claim_id,
        "article": quote.revision.article_id,
        "quote": quote.exact,
        "quoted_revision": quote.revision.number,
        "revision": passage.revision.number,
        "fate": passage.fate,
        "fate_label": str(passage.get_fate_display()),
        "found_at": rfc3339(passage.found_at),
        "to_compare": to_compare,
        "noted": noted if passage.noted_at else None,
        "href": link(f"/api/v1/passages/{passage.pk}"),
    }


def passage_text_out(passage: RevisedPassage, link: Link, *, to_compare: bool) -> dict[str, Any]:
    """A `PassageTextOut`."""
    before, after = passage.before, passage.after
    return {
        **passage_out(passage, link, to_compare=to_compare),
        "before": before,
        "after": after or None,
        "comparison": _rows(compare(before, after)),
    }


def _rows(found: Comparison) -> list[dict[str, Any]]:
    return [
        {"before": [_piece(piece) for piece in row.before], "after": [_piece(piece) for piece in row.after]}
        for row in found.rows
    ]


def _piece(piece: Piece) -> dict[str, Any]:
    return {"text": piece.text, "changed": piece.changed}
