"""Forms about reviewers: their profile, their absences, and handing over several of their claims."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import dates, timezone
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminTextInputWidget

from claims import timewords
from claims.admin.forms import CleansLines, PlainForm, Refusing, SayingSelect
from claims.admin.moments import theme_moment_field
from claims.errors import ClaimDeskError
from claims.models import Claim
from claims.services.articles import language_tag
from claims.services.transitions import database_time
from reviews.models import Absence, Interest, Reviewer
from reviews.services.people import GivenAbsence, check_hours, check_span, check_taker

WEEKDAYS = [(number + 1, name) for number, name in dates.WEEKDAYS.items()]


class ReviewerForm(Refusing, forms.ModelForm[Reviewer]):
    """A profile. Days are ticked instead of written as numbers."""

    workdays = forms.TypedMultipleChoiceField(
        label=_("Working days"),
        choices=WEEKDAYS,
        coerce=int,
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=_("Without hours somebody can be asked at any time; hours are on the clock of their own zone."),
    )

    class Meta:
        # On the person's own clock: the theme's clock warns of another time zone than the server's.
        widgets = dict.fromkeys(("works_from", "works_until"), UnfoldAdminTextInputWidget({"type": "time"}))
        help_texts = {
            "gives_second_opinions": _("If not: first seats only, and no disagreement to settle."),
        }

    def clean_languages(self) -> list[str]:
        """Language tags in one form. A tag that is none would reach no claim."""
        return self._tags("languages")

    def clean_writes(self) -> list[str]:
        """The same for the languages they write."""
        return self._tags("writes")

    def _tags(self, name: str) -> list[str]:
        try:
            return [language_tag(tag, name) for tag in self.cleaned_data[name]]
        except ClaimDeskError as refused:
            raise ValidationError(refused.message) from refused

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]  # Django's own hook, without a type
        with self.refusing():
            check_hours(self.instance)

    def _get_validation_exclusions(self) -> set[str]:
        """What the hours say together is the service's to judge, which has a sentence where a constraint has a name."""
        return super()._get_validation_exclusions() | {"works_from", "works_until"}  # type: ignore[misc, no-any-return]  # Django's own hook


class AbsenceForm(Refusing, forms.ModelForm[Absence]):
    """An absence, refused with the sentences of the service."""

    starts_at = theme_moment_field(_("From"))
    ends_at = theme_moment_field(_("Until"))

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        zone = timezone.get_current_timezone_name()
        self.fields["starts_at"].help_text = _("On your clock, %(zone)s, whoever is away.") % {"zone": zone}

    def clean(self) -> dict[str, Any]:
        """What the fields say together, and all of it at once."""
        given = super().clean() or {}
        reviewer = given.get("reviewer") or (self.instance.reviewer if self.instance.reviewer_id else None)
        if given.get("starts_at") and given.get("ends_at"):
            with self.refusing():
                check_span(given["starts_at"], given["ends_at"])
        if reviewer is not None and "then" in given and "hand_over_to" in given:
            with self.refusing():
                check_taker(reviewer, given["then"], given["hand_over_to"])
        return given

    def _get_validation_exclusions(self) -> set[str]:
        """As above, of when it ends and whom the claims go to."""
        return super()._get_validation_exclusions() | {"ends_at", "then"}  # type: ignore[misc, no-any-return]  # Django's own hook

    def given(self) -> GivenAbsence:
        """The absence as the service takes it."""
        named = ("starts_at", "ends_at", "then", "hand_over_to", "note")
        return GivenAbsence(**{name: self.cleaned_data[name] for name in named if name in self.cleaned_data})


class InterestForm(CleansLines, forms.ModelForm[Interest]):
    """An interest. In another source it is another one, declared now."""

    def save(self, commit: bool = True) -> Interest:  # noqa: FBT001, FBT002 - the framework's own
        """Keep it, under the time it was declared."""
        if self.instance.pk is not None and "source" in self.changed_data:
            self.instance.declared_at = database_time()
        return super().save(commit)


class PersonWithLoad(forms.ModelChoiceField[Reviewer]):
    """People with what they have already: rows that came through `loaded`."""

    def label_from_instance(self, obj: Reviewer) -> str:
        load, until = getattr(obj, "load", 0), getattr(obj, "away_until", None)
        words = _("%(name)s: %(load)d of %(limit)d open") % {"name": obj, "load": load, "limit": obj.limit}
        if until is None:
            return words
        away = timewords.away_words(until, timezone.now(), timezone.get_current_timezone())
        return f"{words}, {away[:1].lower()}{away[1:]}"


class HandOverAll(PlainForm):
    """Several claims of one person: to somebody, or back to the pool."""

    to = PersonWithLoad(
        Reviewer.objects.none(),
        label=_("To"),
        required=False,
        empty_label=_("Back to the pool"),
        widget=SayingSelect(_("Hand over to %(choice)s")),
    )
    note = forms.CharField(
        label=_("Note to whoever gets them"),
        help_text=_("A person needs one and reads it first; the pool needs none."),
        max_length=600,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, people: QuerySet[Reviewer], claims: QuerySet[Claim], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        to = self.fields["to"]
        if isinstance(to, PersonWithLoad):
            to.queryset = people
        numbers = [(claim.pk, str(claim)) for claim in claims]
        self.fields["claims"] = forms.TypedMultipleChoiceField(choices=numbers, coerce=int)
