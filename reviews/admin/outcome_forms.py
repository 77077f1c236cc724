"""What publishing, correcting and withdrawing ask for. None of them can be undone, so each says first what it does."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from claims.lifecycle import CorrectionClass
from claims.models import Decision, Visibility
from claims.services.transitions import database_time
from reviews.admin.step_forms import ReasonStep, StepForm, why_field
from reviews.admin.verdicts import WHY_EMPTY

CLASSES = [
    (CorrectionClass.MINOR, gettext_lazy("Minor: a slip, nothing that matters to the verdict")),
    (CorrectionClass.UPDATE, gettext_lazy("Update: something is new since")),
    (CorrectionClass.SUBSTANTIAL, gettext_lazy("Substantial: what readers were told was wrong")),
]


def class_field() -> forms.ChoiceField:
    """How much has changed, nothing chosen beforehand."""
    return forms.ChoiceField(
        label=gettext_lazy("How much has changed"),
        choices=CLASSES,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose how much has changed.")},
    )


def changed_field() -> forms.CharField:
    """What changed, in words for readers."""
    sentence = gettext_lazy("Say what changed, in a sentence for readers.")
    return why_field(gettext_lazy("What changed, as readers are told"), empty=sentence)


class PublishStep(StepForm):
    """Readers are told the verdict that stands. Where they know another one, they are told what changed."""

    pointers: ClassVar[dict[str, str]] = {**StepForm.pointers, "/correction_class": "correction_class"}

    @property
    def decision(self) -> Decision | None:
        """The verdict that would be published."""
        return self.page.standing

    @property
    def sentences(self) -> list[str]:
        """What publishing does, and which evidence goes with it."""
        words = [_("Readers are told this verdict. It cannot be undone, only corrected or withdrawn.")]
        if self.decision is not None:
            words.append(evidence_words(self.decision))
        if self.page.public is not None:
            words.append(_("It replaces verdict %(number)d, which readers know.") % {"number": self.page.public.number})
        return words

    def more_fields(self) -> dict[str, forms.Field]:
        if self.page.public is None:
            return {}
        return {"correction_class": class_field(), "note": changed_field()}


def evidence_words(decision: Decision) -> str:
    """How much of the evidence readers are shown."""
    items = list(decision.evidence.all())
    public = sum(1 for item in items if item.visibility == Visibility.PUBLIC)
    if not items:
        return _("It rests on no evidence.")
    shown = ngettext(
        "%(public)d of %(number)d piece of evidence is shown to readers; the others stay inside.",
        "%(public)d of %(number)d pieces of evidence are shown to readers; the others stay inside.",
        len(items),
    )
    return shown % {"public": public, "number": len(items)}


class CorrectStep(StepForm):
    """The same verdict in other words."""

    pointers: ClassVar[dict[str, str]] = {**StepForm.pointers, "/correction_class": "correction_class", "/why": "why"}
    correction_class = class_field()
    note = changed_field()
    why = forms.CharField(
        label=gettext_lazy("Why, in words a reader can follow"),
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": WHY_EMPTY},
    )
    sentences = (
        gettext_lazy("Readers get the new words at once, and are told what changed. It cannot be undone."),
        gettext_lazy("If an answer is wrong, reopen the claim instead: the new verdict then replaces this one."),
    )

    def first_values(self) -> dict[str, Any]:
        return {"why": self.page.standing.why if self.page.standing else ""}

    def arguments(self) -> dict[str, Any]:
        given = super().arguments()
        return given | {"why": given["why"].replace("\r\n", "\n")}


class WithdrawStep(StepForm):
    """Readers are told no verdict any more, and why."""

    note = why_field(
        gettext_lazy("Why, as readers are told"),
        empty=gettext_lazy("Say why it is taken back, in a sentence for readers."),
    )

    @property
    def decision(self) -> Decision | None:
        """The verdict that would be taken back."""
        return self.page.public

    sentences = (gettext_lazy("The verdict is taken back. Its address stays and says why. It cannot be undone."),)


class ReopenStep(ReasonStep):
    """The verdict stands no more. What cannot be done until there is another one is said before."""

    @property
    def sentences(self) -> list[str]:
        """What readers go on seeing, and that a claim whose review due has passed is late at once."""
        words = []
        if self.page.public is not None:
            words.append(_("Readers go on seeing what is public until another verdict is."))
            words.append(_("To take it from them, withdraw it first."))
        if self.page.claim.review_due_at is not None and self.page.claim.review_due_at < database_time():
            words.append(_("Its review due has passed: once reopened it is late until you change that."))
        return words
