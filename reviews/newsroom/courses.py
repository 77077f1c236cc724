"""What becomes of a claim of the demo newsroom: each course walks the real services as whoever is on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO

from claims.lifecycle import Action, DismissalReason, WaitingReason
from claims.models import Claim, DeskRole, Evidence, Membership, Visibility
from claims.permissions import Viewer, viewer_for_user
from claims.services.evidence import GivenEvidence, add_evidence, keep_file
from claims.services.transitions import database_time
from claims.verdicts import Answers, EvidenceKind, Outcome, Question, Said, So, Stance
from reviews.errors import NotOnIt
from reviews.models import Assignment, Reviewer
from reviews.newsroom.scripts import Course
from reviews.services.acting import act, acting_on
from reviews.services.assigning import hand_over
from reviews.services.reviewing import ask_second_opinion, start_if_queued, submit_review


@dataclass(frozen=True)
class Found:
    """One piece of evidence. `path` is a page of example.org; with `words` it is a kept file instead.

    `copied` says that it was taken from the piece before it, so both are one origin.
    """

    title: str
    path: str = ""
    stance: Stance = Stance.SUPPORTS
    question: Question = Question.SO
    words: str = ""
    note: str = ""
    primary: bool = False
    copied: bool = False


def editor_of(claim: Claim) -> Viewer:
    """The editor of the claim's desk."""
    seats = Membership.objects.filter(desk=claim.desk, role=DeskRole.EDITOR).select_related("user")
    return viewer_for_user(seats.order_by("pk")[0].user)


def whoever_is_on(claim: Claim) -> Viewer:
    """The person who has the open seat of the claim."""
    seats = Assignment.objects.open().filter(claim=claim).select_related("reviewer__user")
    found = seats.order_by("seat").first()
    if found is None:
        raise NotOnIt(f"Nobody is on {claim}.")
    return viewer_for_user(found.reviewer.user)


def started(*found: Found) -> Course:
    """The review has begun, with this evidence so far."""

    def walk(claim: Claim) -> None:
        viewer = whoever_is_on(claim)
        with acting_on(claim.pk, viewer) as acting:
            start_if_queued(acting.held, by=acting.by)
        _add(claim, viewer, found)

    return walk


def _add(claim: Claim, viewer: Viewer, found: tuple[Found, ...]) -> None:
    before: Evidence | None = None
    for piece in found:
        given = _given(piece, before if piece.copied else None)
        with acting_on(claim.pk, viewer) as acting:
            before = add_evidence(acting.held, given, by=acting.by, user=viewer.user)


def _given(piece: Found, origin: Evidence | None) -> GivenEvidence:
    kept = keep_file(BytesIO(piece.words.encode()), "text/plain") if piece.words else None
    return GivenEvidence(
        question=piece.question,
        stance=piece.stance,
        kind=EvidenceKind.FILE if kept else EvidenceKind.LINK,
        url="" if kept else f"https://example.org/demo/{piece.path}",
        snapshot=kept,
        file_name=f"{piece.path}.txt" if kept else "",
        title=piece.title,
        note=piece.note,
        primary=piece.primary,
        derives_from=origin,
        visibility=Visibility.PUBLIC,
    )


def answered(so: So, why: str, *, said: Said = Said.NOT_CHECKED, outcome: Outcome | None = None) -> Answers:
    """The answers of a demo review; every reason says that it is one."""
    return Answers(said, so, f"Demo: {why}", outcome)


def decided(answers: Answers, *found: Found) -> Course:
    """One reviewer found this and decided."""

    def walk(claim: Claim) -> None:
        started(*found)(claim)
        _submit(claim, answers)

    return walk


def _submit(claim: Claim, answers: Answers) -> None:
    with acting_on(claim.pk, whoever_is_on(claim)) as acting:
        submit_review(acting.held, acting.mine, answers, by=acting.by, is_demo=True)


def second_opinion(answers: Answers, why: str, *found: Found) -> Course:
    """One reviewer found this and asked for an independent second look."""

    def walk(claim: Claim) -> None:
        started(*found)(claim)
        with acting_on(claim.pk, whoever_is_on(claim)) as acting:
            ask_second_opinion(acting.held, acting.mine, answers, by=acting.by, why=why)

    return walk


def reviewed(answers: Answers) -> Course:
    """Whoever was given the second seat submits these answers."""
    return lambda claim: _submit(claim, answers)


def waiting(reason: WaitingReason, days: float, note: str = "") -> Course:
    """The review was parked for so many days; it is due a day after that."""

    def walk(claim: Claim) -> None:
        started()(claim)
        until = database_time() + timedelta(days=days)
        due = until + timedelta(days=1)
        act(claim.pk, Action.WAIT, whoever_is_on(claim), reason=reason, until=until, due=due, note=note)

    return walk


def dismissed(reason: DismissalReason, *, repeats: str = "") -> Course:
    """An editor dismissed it; `repeats` is the statement of the claim that it is a duplicate of."""

    def walk(claim: Claim) -> None:
        same = Claim.objects.get(statement=repeats) if repeats else None
        act(claim.pk, Action.DISMISS, editor_of(claim), reason=reason, duplicate_of=same)

    return walk


def reopened(answers: Answers, why: str, *found: Found) -> Course:
    """Decided and published, and reopened by the editor; it is routed again, and readers know the first verdict."""

    def walk(claim: Claim) -> None:
        decided(answers, *found)(claim)
        act(claim.pk, Action.PUBLISH, editor_of(claim))
        act(claim.pk, Action.REOPEN, editor_of(claim), reason=why)

    return walk


def handed_over(to: str, note: str, *found: Found) -> Course:
    """Begun by one reviewer and handed to the one with the user name `to`."""

    def walk(claim: Claim) -> None:
        started(*found)(claim)
        with acting_on(claim.pk, whoever_is_on(claim)) as acting:
            if acting.mine is not None and acting.mine.reviewer.user.username != to:
                hand_over(acting.held, acting.mine, by=acting.by, to=_reviewer(to), note=note)

    return walk


def _reviewer(user_name: str) -> Reviewer:
    return Reviewer.objects.select_related("user").get(user__username=user_name)
