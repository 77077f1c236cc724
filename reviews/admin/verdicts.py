"""The two forms of the claim page itself: the verdict and one piece of evidence."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from claims.actors import ActorKind
from claims.admin.forms import PlainForm
from claims.errors import Invalid, TooEarlyNotPossible
from claims.models import Claim, Evidence, Visibility
from claims.permissions import Viewer
from claims.services.evidence import GivenEvidence, keep_file
from claims.verdicts import WHY_LENGTH, Answers, EvidenceKind, Outcome, Question, Said, So, Stance, check_answers
from reviews.models import Review

TOO_EARLY = "too_early"
WHY_EMPTY = _("Say why in 20 to 600 characters, in words a reader can follow.")
ASKED = (Said.ACCURATE, Said.ALTERED, Said.NOT_FOUND, Said.NOT_CHECKED)


def verdict_fields(claim: Claim) -> dict[str, forms.Field]:
    """Both questions, the outcome for a dated claim, and why."""
    early = _early(claim)
    unanswered = _("Answer “Is it so?”, or say that it is too early to tell.") if early else _("Answer “Is it so?”.")
    fields: dict[str, forms.Field] = {
        "said": forms.ChoiceField(
            label=_("Was it said?"),
            choices=[(key.value, key.label) for key in ASKED],
            initial=Said.NOT_CHECKED,
            widget=forms.RadioSelect,
        ),
        "so": forms.ChoiceField(
            label=_("Is it so?"),
            choices=[*So.choices, *early],
            widget=forms.RadioSelect,
            error_messages={"required": unanswered, "invalid_choice": TooEarlyNotPossible().message},
        ),
    }
    if claim.confirm_by is not None:
        fields["outcome"] = forms.ChoiceField(
            label=_("What became of its date"),
            choices=[("", _outcome_left_open(claim.confirm_by)), *Outcome.choices],
            required=False,
        )
    fields["why"] = forms.CharField(
        label=_("Why, in words a reader can follow"),
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": WHY_EMPTY},
    )
    return fields


def _early(claim: Claim) -> list[tuple[str, Any]]:
    """Too early is an answer while the claim's own date lies ahead, and none once it has passed."""
    ahead = claim.confirm_by is not None and claim.confirm_by >= timezone.now()
    return [(TOO_EARLY, _("Too early"))] if ahead else []


def _outcome_left_open(confirm_by: datetime) -> Any:
    """What stands where nobody has chosen an outcome: only with "Too early", before the date, may it stay so."""
    return _("Choose what became of it") if confirm_by < timezone.now() else _("Choose, or leave it with “Too early”")


def tell_the_rest(form: PlainForm, claim: Claim) -> None:
    """Add what the record would refuse of answers that the form refuses already, so that nobody is told bit by bit."""
    if not form.errors:
        return
    given = {"said": Said.NOT_CHECKED, "so": "", "why": form.data.get("why", "")} | form.cleaned_data
    try:
        check_answers(answers_from(given), claim.confirm_by, timezone.now())
    except Invalid as refusal:
        form.refuse(refusal)


def answers_from(given: dict[str, Any]) -> Answers:
    """The answers of a valid form that has `verdict_fields`."""
    too_early = given["so"] == TOO_EARLY
    outcome = given.get("outcome")
    return Answers(
        Said(given["said"]),
        So(given["so"]) if given["so"] and not too_early else None,
        given["why"].replace("\r\n", "\n").strip(),
        Outcome(outcome) if outcome else None,
        too_early,
    )


def version_read(claim: Claim, viewer: Viewer, given: dict[str, Any]) -> int | None:
    """The version that somebody has read. Steps of their own since then do not count: their first evidence starts the
    review, and the verdict that they were writing beside it goes on.
    """
    version: int | None = given.get("version")
    if version in {None, claim.version} or not given.get("seen") or viewer.user is None:
        return version
    since = claim.events.filter(seq__gt=given["seen"])
    own = since.filter(actor_kind=ActorKind.PERSON, actor_id=viewer.user.pk)
    return claim.version if own.count() == since.count() else version


class VerdictForm(PlainForm):
    """One's own judgement of a claim."""

    pointers: ClassVar[dict[str, str]] = {"/too_early": "so"}
    longest: ClassVar[int] = WHY_LENGTH[1]  # characters of "why", which the page counts
    version = forms.IntegerField(widget=forms.HiddenInput)
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, claim: Claim, viewer: Viewer, like: Review | None = None, **kwargs: Any) -> None:
        """`like` is a review whose answers the form begins with; why is always one's own."""
        self.claim, self.viewer = claim, viewer
        known: dict[str, Any] = {"version": claim.version, "seen": claim.head.event_seq}
        if like is not None:
            # The outlet's own voice is nobody's answer: the record says so of a chain with one step.
            said = like.said if like.said in ASKED else Said.NOT_CHECKED
            known |= {"said": said, "so": like.so or TOO_EARLY, "outcome": like.outcome}
        super().__init__(*args, initial=known, **kwargs)

    def more_fields(self) -> dict[str, forms.Field]:
        return {
            **verdict_fields(self.claim),
            "exception_reason": forms.CharField(
                label=_("Why fewer origins are enough"), max_length=300, required=False
            ),
            "go_on": forms.BooleanField(label=_("Open the next claim afterwards"), required=False, initial=True),
        }

    def answered(self) -> list[str]:
        """What was chosen, question by question, to be read where the form itself is no longer there."""
        fields = [self[name] for name in ("said", "so", "outcome") if name in self.fields]
        chosen = [(field, dict(field.field.choices).get(field.value())) for field in fields if field.value()]  # type: ignore[attr-defined]  # a ChoiceField
        return [f"{field.label} {words}" for field, words in chosen if words]

    def clean(self) -> dict[str, Any] | None:
        """Whatever else is wrong with the answers."""
        tell_the_rest(self, self.claim)
        self.cleaned_data["version"] = version_read(self.claim, self.viewer, self.cleaned_data)
        return super().clean()


class EvidenceForm(PlainForm):
    """One item: a link or a note in one field, or a file."""

    pointers: ClassVar[dict[str, str]] = {"/url": "what", "/note": "what", "/file": "file", "/title": "title"}

    what = forms.CharField(
        label=_("Link, file or note"),
        required=False,
        max_length=4000,
        widget=forms.TextInput(attrs={"data-cd-key": "e"}),
    )
    file = forms.FileField(label=_("File"), required=False, allow_empty_file=True)
    stance = forms.ChoiceField(
        label=_("Stance"), choices=Stance.choices, initial=Stance.SUPPORTS, widget=forms.RadioSelect
    )
    question = forms.ChoiceField(
        label=_("Question"),
        choices=[(Question.SAID, _("Said")), (Question.SO, _("So"))],
        initial=Question.SO,
        widget=forms.RadioSelect,
    )
    title = forms.CharField(label=_("Title"), max_length=300, required=False)
    comment = forms.CharField(label=_("One line about it"), max_length=400, required=False)
    primary = forms.BooleanField(label=_("Primary source"), required=False)
    derives_from = forms.ModelChoiceField(
        Evidence.objects.none(), label=_("Taken from"), required=False, empty_label=_("It is its own origin")
    )
    visibility = forms.ChoiceField(
        label=_("Who may see it"), choices=Visibility.choices, initial=Visibility.INTERNAL, required=False
    )

    def __init__(self, *args: Any, known: Sequence[Evidence], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        seen = Evidence.objects.filter(pk__in=[item.pk for item in known])  # what the person sees, nothing else
        self.fields["derives_from"].queryset = seen  # type: ignore[attr-defined]  # a ModelChoiceField

    def given(self) -> GivenEvidence:
        """The item of a valid form; a file is kept before the claim is locked. Raises what keeping it refuses."""
        data = self.cleaned_data
        uploaded: UploadedFile[bytes] | None = data["file"]
        words = data["what"].strip()
        note = "\n".join(filter(None, (words, data["comment"])))
        is_link = words.lower().startswith(("http://", "https://"))
        shared: dict[str, Any] = {
            "question": Question(data["question"]),
            "stance": Stance(data["stance"]),
            "title": data["title"],
            "primary": data["primary"],
            "derives_from": data["derives_from"],
            "visibility": Visibility(data["visibility"] or Visibility.INTERNAL),
        }
        if uploaded is not None and uploaded.file is not None:
            kept = keep_file(uploaded.file, uploaded.content_type or "")
            return GivenEvidence(
                kind=EvidenceKind.FILE, snapshot=kept, file_name=uploaded.name or "", note=note, **shared
            )
        if is_link:
            return GivenEvidence(kind=EvidenceKind.LINK, url=words, note=data["comment"], **shared)
        return GivenEvidence(kind=EvidenceKind.NOTE, note=note, **shared)
