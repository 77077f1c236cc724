"""Forms by which people bring articles and claims in; both end in the services the API uses."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from claims.admin.article_fields import EmbargoForm, authors_field, desk_field, headline_field, language_field, names_in
from claims.admin.forms import SAY_STATEMENT, PlainForm
from claims.admin.moments import SAY_ZONE, LocalMoment, local_moment, window, zone_field
from claims.deadlines import Precision, ZoneBasis
from claims.errors import Invalid
from claims.models import ArticleRevision, DateKnown, Desk, SourceKind
from claims.services.articles import TEXT_LIMIT, GivenArticle
from claims.services.completing import ToldArticle
from claims.services.proposing import GivenClaim, GivenDate, GivenQuote, GivenStep

STEPS = 4
OFFERED = 200  # outlets that the fields offer


class ArticleForm(EmbargoForm):
    """An article as somebody pastes it."""

    pointers: ClassVar[dict[str, str]] = {"/url": "link", "/published_zone": "zone"}

    outlet = forms.CharField(
        label=_("Outlet"),
        max_length=200,
        widget=forms.TextInput(attrs={"list": "outlets"}),
        error_messages={"required": _("Name the outlet that published it.")},
    )
    headline = headline_field()
    link = forms.CharField(label=_("Link"), max_length=2000, required=False)
    language = language_field()
    published_at = forms.CharField(
        label=_("Published, date and time"),
        widget=LocalMoment(),
        help_text=_(
            "Words like “next week” and “yesterday” are counted from here. If the text lacks it, enter it; "
            "it will be marked as entered by you."
        ),
        error_messages={"required": _("Say when it was published, with date and time.")},
    )
    zone = zone_field(label=_("Time zone of publication"))
    authors = authors_field()
    text = forms.CharField(
        label=_("Text"),
        max_length=TEXT_LIMIT,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 16}),
        error_messages={"required": _("Paste the text of the article.")},
    )

    def published(self) -> datetime:
        """When it was published. Raises `Invalid`."""
        data = self.cleaned_data
        try:
            return local_moment(data["published_at"], data["zone"])
        except Invalid as refused:
            raise refused.at("/zone" if "time zone" in refused.message else "/published_at") from None

    def given(self) -> GivenArticle:
        """The article of a valid form. Raises `Invalid` when the time cannot be read."""
        data, published = self.cleaned_data, self.published()
        return GivenArticle(
            outlet=data["outlet"],
            headline=data["headline"],
            text=data["text"],
            language=data["language"],
            published_at=published,
            published_zone=data["zone"],
            published_raw=data["published_at"],
            published_known=DateKnown.ENTERED,
            url=data["link"],
            authors=names_in(data["authors"]),
            desk=data["desk"],
            embargo_until=data["embargo_until"],
        )


class LinkForm(ArticleForm):
    """The link of an article, and what its page may not say."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["text"]
        for name in ("outlet", "headline", "language", "published_at", "zone"):
            self.fields[name].required = False
        self.fields["language"].initial = self.fields["published_at"].help_text = ""
        self.fields["link"].required = True
        self.fields["link"].error_messages["required"] = _("Paste the link of the article.")

    def told(self) -> ToldArticle:
        """What a valid form says. Raises `Invalid` when the time cannot be read."""
        data, published = self.cleaned_data, None
        if data["published_at"]:
            if not data["zone"]:
                raise Invalid(str(SAY_ZONE), pointer="/zone")
            published = self.published()
        return ToldArticle(
            outlet=data["outlet"],
            headline=data["headline"],
            language=data["language"],
            published_at=published,
            published_zone=data["zone"],
            published_raw=data["published_at"],
            url=data["link"],
            authors=names_in(data["authors"]) or None,
            desk=data["desk"],
            embargo_until=data["embargo_until"],
            known=DateKnown.ENTERED,
        )


class ClaimForm(PlainForm):
    """A claim from words of an article: the quote, the statement, who says so, its hedge and its own date."""

    pointers: ClassVar[dict[str, str]] = {
        "/own_date": "own_first",
        "/own_date/zone": "own_zone",
        "/own_date/words": "own_words",
        "/chain": "step_1_source",
        "/chain/source": "step_1_source",
        "/chain/link": "step_1_source",
        "/chain/note": "step_1_note",
    }

    quote = forms.CharField(
        label=_("Quote"),
        max_length=4000,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Select words in the article, or paste them here exactly as they stand."),
        error_messages={"required": _("Quote the words of the article that make the claim.")},
    )
    nth = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)  # so often it stands before
    statement = forms.CharField(
        label=_("Statement, in one sentence"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": SAY_STATEMENT},
    )
    hedge = forms.CharField(
        label=_("Hedge, as printed"),
        required=False,
        help_text=_("Words like may, likely, reportedly; separated by commas. Empty: read from the quote."),
    )
    own_precision = forms.ChoiceField(
        label=_("Its own date"),
        required=False,
        choices=[("", _("None")), *Precision.choices],
        widget=forms.Select(attrs={"data-cd-precision": "own_first own_last"}),
    )
    own_first = forms.CharField(label=_("From"), required=False, widget=LocalMoment())
    own_last = forms.CharField(label=_("Until"), required=False, widget=LocalMoment())
    own_zone = zone_field(required=False, label=_("Time zone of its date"))
    own_basis = forms.ChoiceField(
        label=_("Whose time zone"), required=False, choices=ZoneBasis.choices, initial=ZoneBasis.OUTLET
    )
    own_words = forms.CharField(label=_("Words of its date, as printed"), max_length=200, required=False)
    desk = desk_field()
    priority = forms.TypedChoiceField(
        label=_("Priority"),
        coerce=int,
        initial=3,
        choices=[(1, _("1, highest")), (2, "2"), (3, "3"), (4, _("4, lowest"))],
    )
    topics = forms.CharField(label=_("Topics"), required=False, help_text=_("Separated by commas."))
    accept = forms.BooleanField(label=_("Accept at once, so that it is routed"), required=False)

    def __init__(self, *args: Any, desks: QuerySet[Desk], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["desk"].queryset = desks  # type: ignore[attr-defined]  # a ModelChoiceField

    def more_fields(self) -> dict[str, forms.Field]:
        """The same fields for each step of the chain."""
        fields: dict[str, forms.Field] = {}
        for number in range(1, STEPS + 1):
            fields |= {
                f"step_{number}_source": forms.CharField(label=_("Who"), max_length=200, required=False),
                f"step_{number}_kind": forms.ChoiceField(
                    label=_("What they are"), choices=SourceKind.choices, initial=SourceKind.PERSON, required=False
                ),
                f"step_{number}_verb": forms.CharField(label=_("Verb as printed"), max_length=120, required=False),
                f"step_{number}_note": forms.CharField(label=_("What is missing"), max_length=300, required=False),
                f"step_{number}_implied": forms.BooleanField(label=_("Implied"), required=False),
            }
        return fields

    def steps(self) -> list[list[Any]]:
        """The bound fields of each step, for the page."""
        names = ("source", "kind", "verb", "note", "implied")
        return [[self[f"step_{number}_{name}"] for name in names] for number in range(1, STEPS + 1)]

    def given(self, revision: ArticleRevision) -> GivenClaim:
        """The claim of a valid form. Raises `Invalid` when its date cannot be read."""
        data = self.cleaned_data
        hedge = [word.strip() for word in data["hedge"].split(",") if word.strip()]
        return GivenClaim(
            statement=data["statement"],
            language=revision.article.language,
            quote=self._quote(revision),
            chain=[step for number in range(1, STEPS + 1) if (step := self._step(number))],
            hedge=hedge or None,
            own=self._own(),
            desk=data["desk"],
            topics=[topic.strip() for topic in data["topics"].split(",") if topic.strip()],
            priority=data["priority"],
        )

    def _quote(self, revision: ArticleRevision) -> GivenQuote:
        """The words; where they stand more than once and were selected in the article, with the place of these."""
        exact, nth = self.cleaned_data["quote"].replace("\r\n", "\n"), self.cleaned_data["nth"]
        places = [found.start() for found in re.finditer(re.escape(exact), revision.text)]
        among = nth is not None and len(places) > 1 and nth < len(places)
        return GivenQuote(revision, exact, start=places[nth] if among else None)

    def _step(self, number: int) -> GivenStep | None:
        data = {
            name: self.cleaned_data[f"step_{number}_{name}"] for name in ("source", "kind", "verb", "note", "implied")
        }
        if not data["source"] and not data["note"]:
            return None
        data["kind"] = data["kind"] or SourceKind.PERSON
        return GivenStep(**data)

    def _own(self) -> GivenDate | None:
        data = self.cleaned_data
        if not data["own_precision"]:
            return None
        precision = Precision(data["own_precision"])
        first = data["own_first"] or data["own_last"]
        last = data["own_last"] or first
        zone = data["own_zone"] or "UTC"
        first, last = window((first, last), precision, zone, "/own_date")
        return GivenDate(first, last, precision, zone, data["own_basis"] or ZoneBasis.OUTLET, data["own_words"])
