"""What each step of a claim asks for, as plain forms."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django import forms
from django.db.models import QuerySet
from django.utils.timezone import get_current_timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from claims.admin.forms import SAY_STATEMENT, ClaimNumber, PlainForm, SayingSelect
from claims.admin.leftopen import LeftOpenForm
from claims.admin.moments import LocalMomentField, moment_field, window, zone_field
from claims.deadlines import OwnDate, Precision, ZoneBasis, own_date
from claims.errors import Invalid
from claims.lifecycle import DismissalReason, WaitingReason
from claims.models import Desk, Evidence
from claims.permissions import Viewer, desks_of, visible_claims
from claims.services.transitions import database_time
from claims.timewords import absolute
from reviews.services.claimpage import ClaimPage
from reviews.services.due import due_after_wait

LOCAL = "%Y-%m-%dT%H:%M"


class StepForm(PlainForm):
    """A step of one claim. `version` is what the person has read; somebody else's change in between is refused.

    `seq` is the number of the event that the address asks to take back. One that `is_hopeless` cannot be sent.
    """

    is_hopeless = False

    pointers: ClassVar[dict[str, str]] = {
        "/review_due_at": "due",
        "/waiting_until": "until",
        "/reason": "reason",
        "/reviewer": "to",
    }

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(
        self,
        *args: Any,
        page: ClaimPage,
        viewer: Viewer,
        search: str = "",
        seq: int | None = None,
        **kwargs: Any,
    ) -> None:
        self.page, self.viewer, self.search, self.seq = page, viewer, search.strip(), seq
        known = {"version": page.claim.version, "seen": page.claim.head.event_seq}
        super().__init__(*args, initial=known | self.first_values(), **kwargs)
        typed = [one for one in self.visible_fields() if not isinstance(one.field.widget, forms.RadioSelect)]
        if typed and not self.is_bound and not self.searches:  # whoever came by a key goes on by keys
            typed[0].field.widget.attrs["autofocus"] = True

    @property
    def searches(self) -> bool:
        """Whether the dialog begins with a search."""
        return False

    def first_values(self) -> dict[str, Any]:
        """What the form starts with."""
        return {}

    def shown_evidence(self) -> Iterable[Evidence]:
        """The evidence that the dialog names: sights of what protects a source are recorded."""
        return ()

    def done(self) -> str:
        """What the step did, where that says more than the words of its dialog: whom it went to, until when."""
        return ""

    def arguments(self) -> dict[str, Any]:
        """The step's own keyword arguments, from a valid form. Raises `Invalid`."""
        return {name: value for name, value in self.cleaned_data.items() if name not in {"version", "seen"}}


REASON = gettext_lazy("Reason")
CHOOSE_DESK = gettext_lazy("Choose the desk that is to check it.")
SAY_DUE = gettext_lazy("Say by when the verdict is wanted, with date and time.")
SAY_WHY = gettext_lazy("Say why in a sentence: it is what the newsroom reads later.")


def why_field(label: Any = REASON, *, most: int = 600, required: bool = True, empty: Any = SAY_WHY) -> forms.CharField:
    """Words of somebody about a step. `empty` is what is said when they are missing."""
    widget, said = forms.Textarea(attrs={"rows": 3}), {"required": empty}
    return forms.CharField(label=label, max_length=most, required=required, widget=widget, error_messages=said)


def _desk_field(desks: QuerySet[Desk], says: Any) -> forms.ModelChoiceField[Desk]:
    """One of the desks. `says` is what the button does with it."""
    empty = {"required": CHOOSE_DESK}
    return forms.ModelChoiceField(desks, label=gettext_lazy("Desk"), widget=SayingSelect(says), error_messages=empty)


class PlainStep(StepForm):
    """A step that asks for nothing more."""


class ReasonStep(StepForm):
    """A step that asks why."""

    reason = why_field()


class AcceptStep(StepForm):
    """Into the queue of a desk."""

    pointers: ClassVar[dict[str, str]] = {**StepForm.pointers, "/desk": "desk"}
    desk = _desk_field(Desk.objects.none(), gettext_lazy("Accept for %(choice)s"))
    due = moment_field(
        gettext_lazy("Review due"), required=False, help_text=gettext_lazy("Empty: as the desk counts it.")
    )

    def more_fields(self) -> dict[str, forms.Field]:
        self.fields["desk"].queryset = desks_of(self.viewer)  # type: ignore[attr-defined]  # a ModelChoiceField
        return {}

    def first_values(self) -> dict[str, Any]:
        return {"desk": self.page.claim.desk_id}


class DismissStep(StepForm):
    """It will not be checked."""

    reason = forms.ChoiceField(
        label=gettext_lazy("Reason"),
        choices=[("", gettext_lazy("Choose a reason")), *DismissalReason.choices],
        error_messages={"required": gettext_lazy("Choose a reason: it is what the newsroom reads later.")},
    )
    note = why_field(gettext_lazy("In words"), most=300, required=False)
    duplicate_of = ClaimNumber(
        label=gettext_lazy("Number of the claim it repeats"), required=False, help_text=gettext_lazy("As in #113.")
    )

    def arguments(self) -> dict[str, Any]:
        given = super().arguments()
        number = given["duplicate_of"]
        repeated = visible_claims(self.viewer, database_time()).filter(pk=number).first() if number else None
        if number and repeated is None:
            raise Invalid(f"There is no claim #{number}.", pointer="/duplicate_of")
        return given | {"reason": DismissalReason(given["reason"]), "duplicate_of": repeated}


class WaitStep(StepForm):
    """Parked until a moment, with a new review due."""

    reason = forms.ChoiceField(label=gettext_lazy("Reason"), choices=WaitingReason.choices)
    note = why_field(gettext_lazy("What is awaited"), most=300, required=False)
    until = moment_field(gettext_lazy("Wait until"), empty=gettext_lazy("Say until when to wait, with date and time."))
    due = moment_field(gettext_lazy("New review due"), empty=SAY_DUE)
    tell_me = forms.BooleanField(label=gettext_lazy("Tell me when the wait is over"), required=False)

    def first_values(self) -> dict[str, Any]:
        """Until its own date plus an hour, else three days; review due as the claim's policy counts from then."""
        now, own = database_time(), self.page.claim.confirm_by
        ahead = own is not None and own > now
        until = own + timedelta(hours=1) if own is not None and ahead else now + timedelta(days=3)
        until = until.replace(second=0, microsecond=0) + timedelta(minutes=1)
        reason = WaitingReason.OWN_DATE if ahead else WaitingReason.REPLY
        return {"reason": reason, "until": until, "due": due_after_wait(self.page.claim, until), "tell_me": True}

    def done(self) -> str:
        when = absolute(self.cleaned_data["until"], database_time(), get_current_timezone())
        return _("Parked until %(when)s. The clock goes on.") % {"when": when}

    def arguments(self) -> dict[str, Any]:
        given = super().arguments()
        return given | {"reason": WaitingReason(given["reason"])}


class SetDueStep(StepForm):
    """Another moment for the verdict."""

    due = moment_field(gettext_lazy("Review due"), empty=SAY_DUE)
    reason = why_field()

    def first_values(self) -> dict[str, Any]:
        return {"due": self.page.claim.review_due_at}


DATED = frozenset({"precision", "first", "last", "zone"})  # what says when; the rest says how it is known


class OwnDateStep(LeftOpenForm, StepForm):
    """The date after which the world will show whether it holds. What was left alone stays as it stands by then."""

    pointers: ClassVar[dict[str, str]] = {**StepForm.pointers, "/own_date": "first", "/own_date/zone": "zone"}
    stood: OwnDate | None
    none = forms.BooleanField(label=gettext_lazy("It has no date of its own"), required=False)
    precision = forms.ChoiceField(
        label=gettext_lazy("Precision"),
        choices=Precision.choices,
        initial=Precision.DAY,
        widget=forms.Select(attrs={"data-cd-precision": "first last"}),
    )
    first = LocalMomentField(label=gettext_lazy("From"), required=False)
    last = LocalMomentField(label=gettext_lazy("Until"), required=False)
    zone = zone_field()
    zone_basis = forms.ChoiceField(label=gettext_lazy("Whose time zone"), choices=ZoneBasis.choices)
    words = forms.CharField(label=gettext_lazy("Words, as printed"), max_length=200, required=False)
    reason = why_field()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.watch([*sorted(DATED), "zone_basis", "words"])

    def first_values(self) -> dict[str, Any]:
        claim, self.stood = self.page.claim, None
        zone = claim.confirm_zone or (claim.desk.zone if claim.desk else "UTC")
        known = {"zone": zone, "zone_basis": claim.confirm_zone_basis or ZoneBasis.DESK, "words": claim.confirm_words}
        if claim.confirm_from is None or claim.confirm_by is None:
            return known
        there = OwnDate(claim.confirm_from, claim.confirm_by, Precision(claim.confirm_precision), zone)
        self.stood = there
        return known | {"precision": there.precision, "first": _in(there.confirm_from, zone), "last": _last(there)}

    def arguments(self) -> dict[str, Any]:
        self.check_shown()
        given = self.cleaned_data
        if given["none"]:
            return {"own": None, "reason": given["reason"]}
        own = self._window() if self.stood is None or DATED.intersection(self.changed_data) else self.stood
        return {"own": own, "reason": given["reason"], "words": given["words"], "zone_basis": given["zone_basis"]}

    def _window(self) -> OwnDate:
        given, precision = self.cleaned_data, Precision(self.cleaned_data["precision"])
        words = (given["first"] or given["last"], given["last"] or given["first"])
        return own_date(*window(words, precision, given["zone"], "/own_date"), precision, given["zone"])


def _in(moment: datetime, zone: str) -> str:
    return moment.astimezone(ZoneInfo(zone)).strftime(LOCAL)


def _last(own: OwnDate) -> str:
    return _in(own.confirm_by, own.zone)


class DeskStep(ReasonStep):
    """Another desk."""

    desk = _desk_field(Desk.objects.order_by("name"), gettext_lazy("Give it to %(choice)s"))
    field_order = ("desk", "reason")


class PriorityStep(ReasonStep):
    """Another priority."""

    priority = forms.TypedChoiceField(
        label=gettext_lazy("Priority"),
        coerce=int,
        choices=[(1, gettext_lazy("1, highest")), (2, "2"), (3, "3"), (4, gettext_lazy("4, lowest"))],
    )
    field_order = ("priority", "reason")

    def first_values(self) -> dict[str, Any]:
        return {"priority": self.page.claim.priority}


class EditStep(LeftOpenForm, StepForm):
    """The words of the claim. Those that somebody changed are written, if anybody changed some."""

    statement = why_field(gettext_lazy("Statement, in one sentence"), most=1000, empty=SAY_STATEMENT)
    short_text = forms.CharField(label=gettext_lazy("Short text"), max_length=75, required=False)
    topics = forms.CharField(
        label=gettext_lazy("Topics"), required=False, help_text=gettext_lazy("Separated by commas.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.watch(["statement", "short_text", "topics"])

    def first_values(self) -> dict[str, Any]:
        claim = self.page.claim
        return {"statement": claim.statement, "short_text": claim.short_text, "topics": ", ".join(claim.topics)}

    def arguments(self) -> dict[str, Any]:
        self.check_shown()
        given = super().arguments()
        given["topics"] = sorted({topic.strip().lower() for topic in given["topics"].split(",") if topic.strip()})
        return {"changes": {name: given[name] for name in self.changed_data if name in given} or given}
