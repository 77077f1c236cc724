"""Fields that forms of articles and claims share."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from claims.admin.forms import LANGUAGES, PlainForm
from claims.admin.moments import TO_THE_SECOND, moment_field
from claims.models import Desk
from claims.services.transitions import database_time


def language_field(known: str = "") -> forms.CharField:
    """The tag of a language, `known` or else the first that is offered."""
    hint = _("A language tag, for example en or uk.")
    widget = forms.TextInput(attrs={"list": "languages", "size": 6})
    return forms.CharField(
        label=_("Language"),
        max_length=16,
        initial=known or LANGUAGES[0],
        widget=widget,
        help_text=hint,
        error_messages={"required": _("Name the language by its tag, for example en or uk.")},
    )


def desk_field() -> forms.ModelChoiceField[Desk]:
    """A desk of those that the form gives it."""
    return forms.ModelChoiceField(Desk.objects.none(), label=_("Desk"), required=False, empty_label=_("No desk yet"))


def headline_field() -> forms.CharField:
    """The headline, without which there is no article."""
    missing = {"required": _("Copy the headline as it was printed.")}
    return forms.CharField(label=_("Headline"), max_length=400, error_messages=missing)


def authors_field() -> forms.CharField:
    """Names of authors; see `names_in`."""
    return forms.CharField(label=_("Authors"), required=False, help_text=_("Separated by commas."))


def names_in(words: str) -> list[str]:
    """The names that stand between commas."""
    return [name.strip() for name in words.split(",") if name.strip()]


class EmbargoForm(PlainForm):
    """The desk of an article, and until when the article is kept with it, on the reader's clock."""

    desk = desk_field()
    embargo_until = moment_field(
        _("Under embargo until"),
        required=False,
        help_text=_("Until then only its desk sees it, with its claims."),
    )

    def __init__(self, *args: Any, desks: QuerySet[Desk], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["desk"].queryset = desks  # type: ignore[attr-defined]  # a ModelChoiceField
        self.fields["embargo_until"].widget.format = TO_THE_SECOND  # a provider's seconds are not dropped by saving

    def clean(self) -> dict[str, Any]:
        """Refuse an embargo that nobody is named for, and one that somebody writes who meant another moment."""
        given = super().clean() or self.cleaned_data
        until = given.get("embargo_until")
        if until and "embargo_until" in self.changed_data and until <= database_time():
            gone = _("This moment has passed, so it holds nothing back. Leave it empty, or write one that lies ahead.")
            self.add_error("embargo_until", gone)
        if given.get("embargo_until") and not given.get("desk") and "desk" not in self.errors:
            self.add_error("desk", _("Choose the desk that alone sees it until then."))
        return given
