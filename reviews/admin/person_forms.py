"""The steps that put people on a claim or take them off it, as forms."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reviews.admin.step_forms import StepForm, why_field
from reviews.models import Reviewer
from reviews.services.routing import eligible_for, reasons_of

POOL = "pool"


class PersonChoice(forms.Select):
    """People who cannot take the claim are shown with the reason and cannot be chosen."""

    barred: frozenset[str] = frozenset()

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        if str(value) in self.barred:
            option["attrs"]["disabled"] = True
        return option


class PersonStep(StepForm):
    """Somebody takes the claim: eligible people first, each with why or why not."""

    pool: ClassVar[bool] = False

    def more_fields(self) -> dict[str, forms.Field]:
        widget = PersonChoice()
        choices: list[tuple[str, str | Promise]] = [(POOL, _("Back to the pool"))] if self.pool else []
        if self.page.claim.desk is not None:
            people = reasons_of(eligible_for(self.page.claim))
            widget.barred = frozenset(str(one["reviewer_id"]) for one in people if not one["eligible"])
            choices += [(str(one["reviewer_id"]), f"{one['name']}: {one['sentence']}") for one in people]
        chosen = forms.ChoiceField(label=gettext_lazy("To"), choices=choices, widget=widget)
        note = why_field(gettext_lazy("Note to them; a person reads it first"), required=False)
        return {"to": chosen, "note": note}

    def person(self) -> Reviewer | None:
        """Who was chosen."""
        number = self.cleaned_data["to"]
        return None if number == POOL else Reviewer.objects.filter(pk=number).select_related("user").first()


class HandOverStep(PersonStep):
    """To a person, with a note they read first, or back to the pool."""

    pool = True


class RecuseStep(StepForm):
    """Step back because of an interest in a source."""

    def more_fields(self) -> dict[str, forms.Field]:
        sources = {step.source_id: str(step.source) for step in self.page.chain if step.source_id}
        choices = [(str(pk), name) for pk, name in sources.items()]
        return {
            "source": forms.ChoiceField(label=gettext_lazy("Interest in"), choices=choices),
            "note": why_field(gettext_lazy("What the interest is"), most=300, required=False),
        }
