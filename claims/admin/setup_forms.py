"""Forms of the set-up whose rows the services of the API keep, too."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from claims.admin.forms import KeptForm, PlainForm
from claims.models import Desk, Shortcuts, Source
from claims.services.desks import COLUMNS, usable_desk
from claims.services.sources import GivenSource, usable_source


class ShortcutsForm(PlainForm):
    """When single keys act for somebody."""

    shortcuts = forms.ChoiceField(
        label=_("When keys act on a page"), choices=Shortcuts.choices, widget=forms.RadioSelect
    )


class SourceForm(KeptForm[Source]):
    """A source with its other names."""

    class Meta:
        model = Source
        fields = ("name", "aliases", "kind", "parent", "zone", "reliability")

    def given(self) -> dict[str, Any]:
        """The members of a `GivenSource`."""
        told = dict(self.cleaned_data)
        return told | {"parent": told["parent"].pk if told["parent"] else None}

    def check(self) -> None:
        """Refuse a name that is known, and a ring of parents."""
        usable_source(GivenSource(**self.given()), but=self.instance.pk or 0)


class DeskForm(KeptForm[Desk]):
    """A desk and its plain hours."""

    class Meta:
        model = Desk
        fields = COLUMNS

    def check(self) -> None:
        """Refuse a name or key that is known."""
        usable_desk(self.instance)
