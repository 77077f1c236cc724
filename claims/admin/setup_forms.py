"""Forms of the set-up whose rows the services of the API keep, too."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from claims.admin.forms import KeptForm, PlainForm
from claims.admin.moments import zone_field
from claims.models import Desk, ReadingSize, Reliability, Shortcuts, Source
from claims.permissions import Viewer
from claims.services.desks import COLUMNS, usable_desk
from claims.services.sources import GivenSource, check_grade, usable_source


class OwnSettingsForm(PlainForm):
    """What somebody chooses about the pages they work with."""

    zone = zone_field(
        label=_("Your time zone"),
        help_text=_(
            "Times are shown on its clock, but on the dashboard, whose days are the newsroom’s: “Times in” chooses "
            "a clock there. Your working and quiet hours follow it."
        ),
    )
    reading_size = forms.ChoiceField(
        label=_("Text of articles and quotes"), choices=ReadingSize.choices, widget=forms.RadioSelect
    )
    shortcuts = forms.ChoiceField(
        label=_("When keys act on a page"), choices=Shortcuts.choices, widget=forms.RadioSelect
    )


class SourceForm(KeptForm[Source]):
    """A source with its other names, and why its reliability is set otherwise."""

    reliability_reason = forms.CharField(
        label=_("Why this reliability"),
        max_length=300,
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("Needed when you set it otherwise; it stands in the history below, with your name."),
    )

    viewer: Viewer | None = None  # who fills it in

    class Meta:
        model = Source
        fields = ("name", "aliases", "kind", "parent", "zone", "reliability")

    def given(self) -> dict[str, Any]:
        """The members of a `GivenSource`."""
        told = {name: value for name, value in self.cleaned_data.items() if name != "reliability_reason"}
        return told | {"parent": told["parent"].pk if told["parent"] else None}

    @property
    def why(self) -> str:
        """Why its reliability is set so."""
        return str(self.cleaned_data["reliability_reason"])

    def check(self) -> None:
        """Refuse a name that is known, a ring of parents, and another reliability without a reason."""
        given = GivenSource(**self.given())
        usable_source(given, but=self.instance.pk or 0, adding=self.viewer if self.instance.pk is None else None)
        check_grade(self.initial.get("reliability", Reliability.F), given.reliability, self.why)


class DeskForm(KeptForm[Desk]):
    """A desk and its plain hours."""

    class Meta:
        model = Desk
        fields = COLUMNS

    def check(self) -> None:
        """Refuse a name or key that is known."""
        usable_desk(self.instance)
