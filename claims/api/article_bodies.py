"""What is sent about articles."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from claims.api.fields import Body, DeskNamed, Moment, Words, YesNo
from claims.api.parameters import Instant, LanguageTag, Paged, WholeNumber
from claims.services.articles import TEXT_LIMIT

PLAIN = ("outlet", "headline", "language", "published_at")  # what plain text does not say of itself
FORMS = ("text", "html", "ninjs")


class Markup(serializers.CharField):
    """A page's source as it is. It is read, never kept or shown."""

    def __init__(self, **options: Any) -> None:
        super().__init__(trim_whitespace=False, **options)
        self.validators = []  # what no text may hold is left out when it is read


@extend_schema_field({"type": "object", "additionalProperties": True})
class Item(serializers.Field[Mapping[str, Any], Any, Any, Any]):
    """A news item as its provider wrote it."""

    def to_internal_value(self, data: Any) -> Mapping[str, Any]:
        """The object."""
        if not isinstance(data, Mapping):
            raise serializers.ValidationError("Send a JSON object.", code="invalid")
        return data


class ArticleBody(Body):
    """An article as published: plain text, the page's HTML, a news item, or its link alone. What is given wins."""

    outlet = Words(
        longest=200,
        required=False,
        help_text="Name of the outlet; a new one is made when nobody has it. Needed with text.",
    )
    headline = Words(longest=400, required=False, help_text="Needed with text.")
    text = Words(longest=TEXT_LIMIT, lines=True, required=False, help_text="Plain text, at most 1,000,000 code points.")
    html = Markup(required=False, help_text="The page instead of text. What is given beside it wins over what it says.")
    ninjs = Item(required=False, help_text="A news item (IPTC ninjs 3.x, 2.x or 1.x) instead of text.")
    language = Words(longest=16, required=False, help_text="BCP 47, for example en. Needed with text.")
    published_at = Moment(
        required=False, help_text="With its offset; words like next week count from here. Needed with text."
    )
    published_zone = Words(longest=64, required=False, help_text="IANA name; otherwise the outlet's or the desk's.")
    published_raw = Words(longest=120, required=False, allow_blank=True)
    url = Words(
        longest=2000, required=False, allow_blank=True, help_text="Its link. Alone, without text and html, it is read."
    )
    authors = serializers.ListField(child=Words(longest=200, one="author"), required=False, max_length=50)
    desk = DeskNamed(required=False, allow_null=True)
    embargo_until = Moment(required=False, allow_null=True)
    extract = YesNo(required=False, help_text="Must be false: claims are given, not read from the text.")

    def to_internal_value(self, data: Any) -> Any:
        """The checked members, of which plain text needs more. A link alone is one that is to be read."""
        plain = isinstance(data, Mapping) and not {"html", "ninjs"} & data.keys()
        if plain and ("text" in data or not data.get("url")):
            for name in ("text", *PLAIN):
                self.fields[name].required = True
        return super().to_internal_value(data)

    def validate_extract(self, value: object) -> object:
        """Refuse what is not there yet instead of ignoring it."""
        if value:
            raise serializers.ValidationError("Give the claims themselves: extraction is not available.")
        return value

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """One form of the article, not two that may differ."""
        _refuse_several(attrs)
        return attrs


class ArticlePatch(Body):
    """What can be changed about an article."""

    refused = dict.fromkeys(
        (
            "id",
            "outlet",
            "url",
            "published_at",
            "published_zone",
            "published_known",
            "canceled_at",
            "created_at",
            "text",
        ),
        "This is part of what the article is. Send it as another article, or its text as a revision.",
    )
    headline = Words(longest=400, required=False)
    authors = serializers.ListField(child=Words(longest=200, one="author"), required=False, max_length=50)
    language = Words(longest=16, required=False)
    published_raw = Words(longest=120, required=False, allow_blank=True)
    desk = DeskNamed(required=False, allow_null=True)
    embargo_until = Moment(required=False, allow_null=True)


class RevisionBody(Body):
    """A later text of the same article: plain, or the page from which it is read."""

    text = Words(longest=TEXT_LIMIT, lines=True, required=False)
    html = Markup(required=False, help_text="The page instead of text.")

    def to_internal_value(self, data: Any) -> Any:
        """The text or the page."""
        self.fields["text"].required = not (isinstance(data, Mapping) and "html" in data)
        return super().to_internal_value(data)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """One of them."""
        _refuse_several(attrs)
        return attrs


def _refuse_several(attrs: Mapping[str, Any]) -> None:
    """Refuse every form of an article after the first."""
    sent = [name for name in FORMS if name in attrs]
    if len(sent) > 1:
        raise serializers.ValidationError({name: [f"Send this or {sent[0]}, not both."] for name in sent[1:]})


class ArticleFilters(Paged):
    """Which articles."""

    outlet = WholeNumber(required=False, help_text="Number of the outlet.")
    desk = DeskNamed(required=False, help_text="Number or key of the desk.")
    language = LanguageTag(required=False)
    url = Words(longest=2000, required=False, help_text="Any spelling of the article's address.")
    published_after = Instant(required=False)
    published_before = Instant(required=False)
