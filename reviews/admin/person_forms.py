"""The steps that put people on a claim or take them off it, as forms."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from claims.admin.forms import SayingSelect
from claims.models import Claim, User
from claims.verdicts import Answers
from reviews.admin.step_forms import StepForm, why_field
from reviews.admin.verdicts import answers_from, tell_the_rest, verdict_fields, version_read
from reviews.models import Assignment, Part, Reviewer
from reviews.services.editing import editors_of, profile_of, why_not_judge
from reviews.services.routing import SETTLING, eligible_for, reasons_of, seat_asked

POOL, EDITOR = "pool", "editor-"
ONE_MORE = 2  # the number of the first seat beside another
SAY_OPINION = gettext_lazy("Say in a sentence why somebody else should look, too.")
HOPELESS = gettext_lazy(
    "Nobody can now. It waits until somebody can, or until an administrator adds an editor or a reviewer to %(desk)s."
)
Choices = list[tuple[str, str | Promise]]


class PersonChoice(SayingSelect):
    """People who cannot take the claim are shown with the reason and cannot be chosen."""

    barred: frozenset[str] = frozenset()

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        if str(value) in self.barred:
            option["attrs"]["disabled"] = True
        return option


def reviewers_for(claim: Claim, seat: int | None, says: str | Promise) -> tuple[Choices, PersonChoice, str]:
    """Who could take a seat of the claim, best first, and who could not, with why: choices, the widget that bars these
    and says of the others what the button does ("Hand over to %(name)s"), and why there is nobody.
    """
    widget = PersonChoice()
    if claim.desk is None:
        return [], widget, ""
    choice = eligible_for(claim, seat)
    people = reasons_of(choice)
    widget.barred = frozenset(str(one["reviewer_id"]) for one in people if not one["eligible"])
    widget.says = {str(one["reviewer_id"]): str(says) % {"name": one["name"]} for one in people if one["eligible"]}
    return [(str(one["reviewer_id"]), f"{one['name']}: {one['sentence']}") for one in people], widget, choice.why_nobody


class PersonStep(StepForm):
    """Somebody takes a seat: eligible people first, each with why or why not; editors where an editor may sit."""

    pool: ClassVar[bool] = False
    names: ClassVar[str | Promise] = gettext_lazy("Assign to %(name)s")

    @property
    def part(self) -> Part:
        """What the seat is for that this gives: a reviewer's while one is free, else the editor's or adjudicator's."""
        seats = self.page.seats
        return (None if seats.free(Part.REVIEW) else seats.editors) or Part.REVIEW

    @property
    def seat_asked(self) -> int | None:
        """The seat in question, as routing asks for it; None: the first free one."""
        return SETTLING if self.part == Part.ADJUDICATION else None

    def more_fields(self) -> dict[str, forms.Field]:
        widget, claim, part, nobody = PersonChoice(), self.page.claim, self.part, ""
        choices: Choices = [(POOL, _("Back to the pool"))] if self.pool else []
        if part != Part.EDITOR:
            people, widget, nobody = reviewers_for(claim, self.seat_asked, self.names)
            choices += people
        if claim.desk is not None and part != Part.REVIEW:
            against = {one: why_not_judge(claim, one) for one in editors_of(claim)}
            widget.barred |= {f"{EDITOR}{one.pk}" for one, why in against.items() if why}
            words = _("%(name)s: editor of the desk")
            choices += [
                (f"{EDITOR}{one.pk}", why.rstrip(".") or words % {"name": one.full_name})
                for one, why in against.items()
            ]
            free = (one for one, why in against.items() if not why)
            widget.says |= {f"{EDITOR}{one.pk}": str(self.names) % {"name": one.full_name} for one in free}
        if self.pool:
            widget.says |= {POOL: _("Give back to the pool")}
        self.is_hopeless = all(value in widget.barred for value, _words in choices)
        if self.is_hopeless and claim.desk is not None:
            nobody = f"{nobody} {HOPELESS % {'desk': claim.desk.name}}".strip()
        said = {"required": gettext_lazy("Choose who is to have it.")}
        chosen = forms.ChoiceField(
            label=gettext_lazy("To"), choices=choices, widget=widget, error_messages=said, help_text=nobody
        )
        note = why_field(gettext_lazy("Note to them; a person reads it first"), required=False)
        return {"to": chosen, "note": note}

    def person(self) -> Reviewer | None:
        """Who was chosen. Makes the profile of an editor who has none: call it in the step's transaction."""
        who = self.cleaned_data["to"]
        if who.startswith(EDITOR):
            return profile_of(User.objects.get(pk=int(who.removeprefix(EDITOR))))
        return None if who == POOL else Reviewer.objects.filter(pk=who).select_related("user").first()


class SeatStep(StepForm):
    """Somebody leaves a seat: one's own, or, where an editor has the choice, the one that is named."""

    def more_fields(self) -> dict[str, forms.Field]:
        if self.page.mine is not None or len(self.page.holders) < 2:
            return {}
        seats = [(str(one.pk), f"{one.reviewer}: {one.get_part_display()}") for one in self.page.holders]
        said = {"required": gettext_lazy("Choose whose seat it is about.")}
        return {"seat": forms.ChoiceField(label=gettext_lazy("Whose seat"), choices=seats, error_messages=said)}

    def seat_chosen(self) -> int | None:
        """The number of the assignment that was named."""
        return int(self.cleaned_data["seat"]) if "seat" in self.cleaned_data else None


class HandOverStep(SeatStep, PersonStep):
    """To a person, with a note they read first, or back to the pool."""

    pool = True
    names = gettext_lazy("Hand over to %(name)s")

    @property
    def part(self) -> Part:
        """What the seat is for that is handed over: one's own, for an editor the first one."""
        return Part(self._left.part) if self._left else Part.REVIEW

    @property
    def seat_asked(self) -> int | None:
        """The number of that seat, as routing asks for it."""
        return seat_asked(self._left.part, self._left.seat) if self._left else None

    @property
    def _left(self) -> Assignment | None:
        return self.page.mine or min(self.page.holders, key=lambda one: one.seat, default=None)

    def more_fields(self) -> dict[str, forms.Field]:
        fields = {**SeatStep.more_fields(self), **PersonStep.more_fields(self)}
        fields["note"].label = gettext_lazy("Note to whoever gets it")
        fields["note"].help_text = gettext_lazy("A person needs one and reads it first; the pool needs none.")
        return fields

    def done(self) -> str:
        to = self.person()
        return _("Handed over to %(name)s.") % {"name": to} if to else _("Back in the pool.")


class DeclineStep(SeatStep):
    """Back to the pool, without having worked on it."""

    def more_fields(self) -> dict[str, forms.Field]:
        return {**super().more_fields(), "note": why_field(gettext_lazy("Note"), required=False)}


class RecuseStep(SeatStep):
    """Step back because of an interest in a source of the chain or the outlet; in words where no source is known."""

    def more_fields(self) -> dict[str, forms.Field]:
        sources = {step.source_id: str(step.source) for step in self.page.chain if step.source_id}
        if self.page.appearance is not None:
            outlet = self.page.appearance.revision.article.outlet
            sources.setdefault(outlet.pk, str(outlet))
        say = gettext_lazy("Say in a sentence what the interest is.")
        what = why_field(gettext_lazy("What the interest is"), most=300, required=not sources, empty=say)
        seat = super().more_fields()
        if not sources:
            return {**seat, "note": what}
        named = [(str(pk), name) for pk, name in sources.items()]
        # An interest stays declared: of several sources none is chosen for anybody.
        choices = named if len(named) == 1 else [("", gettext_lazy("Choose the source")), *named]
        said = {"required": gettext_lazy("Choose the source that the interest is in.")}
        source = forms.ChoiceField(label=gettext_lazy("Interest in"), choices=choices, error_messages=said)
        return {**seat, "source": source, "note": what}


class OpinionStep(StepForm):
    """One more blind review. A reviewer submits their own with it."""

    pointers: ClassVar[dict[str, str]] = {**StepForm.pointers, "/too_early": "so"}

    def more_fields(self) -> dict[str, forms.Field]:
        wrote = "why" in self.data  # and has lost the seat since: what was written is shown still
        own = verdict_fields(self.page.claim) if self.page.mine is not None or wrote else {}
        anyone, says = [("", _("Anyone who can take it"))], gettext_lazy("Ask %(name)s for a second opinion")
        people, widget, nobody = reviewers_for(self.page.claim, ONE_MORE, says)
        why = why_field(gettext_lazy("Why somebody else should look, too"), empty=SAY_OPINION)
        of = forms.ChoiceField(
            label=gettext_lazy("From whom"),
            choices=[*anyone, *people],
            widget=widget,
            required=False,
            help_text=nobody or gettext_lazy("They judge without seeing another verdict."),
        )
        return {"reason": why, "to": of, **own}

    def clean(self) -> dict[str, Any] | None:
        """Whatever else is wrong with the answers of somebody who gives their own."""
        if self.page.mine is not None:
            tell_the_rest(self, self.page.claim)
            self.cleaned_data["version"] = version_read(self.page.claim, self.viewer, self.cleaned_data)
        return super().clean()

    def of(self) -> Reviewer | None:
        """Who is asked by name, None where routing finds somebody."""
        number: str = self.cleaned_data["to"]
        return Reviewer.objects.select_related("user").get(pk=number) if number else None

    def answers(self) -> Answers | None:
        """The person's own review, None for an editor who is not on the claim."""
        return answers_from(self.cleaned_data) if self.page.mine is not None else None
