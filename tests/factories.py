"""Rows for tests, made as the product makes them: every state is reached through the services, never written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from itertools import count
from time import sleep
from typing import Any

from django.db.models import QuerySet

from claims.deadlines import Precision
from claims.errors import DueTooEarly
from claims.ladders import Step
from claims.lifecycle import Action, DismissalReason, State, WaitingReason
from claims.models import (
    ApiKey,
    Article,
    ArticleRevision,
    Claim,
    Desk,
    DeskRole,
    Evidence,
    Ladder,
    LadderStep,
    Membership,
    Scope,
    User,
)
from claims.models.worded import worded
from claims.permissions import Viewer, desk_roles, viewer_for_key, viewer_for_user
from claims.services.articles import GivenArticle, TakenIn, take_in
from claims.services.evidence import GivenEvidence, add_evidence, keep_file
from claims.services.keys import make_key
from claims.services.laddering import follow_ladders, set_ladder
from claims.services.proposing import GivenClaim, GivenDate, GivenQuote, Maker
from claims.verdicts import Answers, EvidenceKind, Outcome, Question, Said, So, Stance
from reviews.models import (
    Assignment,
    AssignmentStatus,
    DeskDefaults,
    Part,
    PolicyKind,
    Review,
    Reviewer,
    ReviewPolicy,
    RuleVersion,
)
from reviews.rules import Conditions, Outcomes
from reviews.services.accepting import bring
from reviews.services.acting import act, acting_on
from reviews.services.assigning import assign
from reviews.services.reviewing import ask_second_opinion, start_if_queued, submit_review
from reviews.services.rules import GivenRule, add_rule

TEXT = "The minister is likely to resign next week, a person close to her said. She denied it on Monday."
QUOTE = "The minister is likely to resign next week"
WHY = "Nothing that we could find settles it either way."
UNPROVEN = Answers(Said.NOT_CHECKED, So.UNPROVEN, WHY)
CONFIRMED = Answers(Said.NOT_CHECKED, So.CONFIRMED, "Two reports that know nothing of each other say the same.")
REFUTED = Answers(Said.NOT_CHECKED, So.REFUTED, "Two reports that know nothing of each other deny it.")

_numbers = count(1)


def now() -> datetime:
    """The present, aware: dates in tests are placed around it."""
    return datetime.now(UTC)


def ahead(**span: float) -> datetime:
    """A moment so far ahead of now, for example `ahead(hours=2)`."""
    return now() + timedelta(**span)


def a_desk(**columns: Any) -> Desk:
    number = next(_numbers)
    return Desk.objects.create(**{"name": f"Desk {number}", "key": f"desk-{number}", **columns})


def a_policy(kind: PolicyKind = PolicyKind.ONE, judges: int = 1, agreeing: int | None = None) -> ReviewPolicy:
    """A review policy; all of those asked must agree unless fewer are enough."""
    number, enough = next(_numbers), judges if agreeing is None else agreeing
    return ReviewPolicy.objects.create(
        key=f"policy-{number}", name=f"Policy {number}", kind=kind, judges=judges, agreeing=enough
    )


def a_desk_with(policy: ReviewPolicy, **columns: Any) -> Desk:
    """A desk whose claims are judged under this policy where no rule says otherwise."""
    desk = a_desk(**columns)
    DeskDefaults.objects.create(desk=desk, review_policy=policy)
    return desk


def with_ladder(desk: Desk, *steps: Step) -> Desk:
    """The desk with exactly these steps on its ladder, long enough that every claim has followed."""
    set_ladder(desk, steps)
    long_ago = now() - timedelta(days=30)
    Ladder.objects.filter(desk=desk).update(changed_at=long_ago)
    LadderStep.objects.filter(ladder__desk=desk).update(since=long_ago)
    follow_ladders()
    return desk


def a_person(name: str = "", **columns: Any) -> User:
    """Somebody who may sign in with the password `x` and is nothing yet."""
    number = next(_numbers)
    return User.objects.create_user(f"person{number}", password="x", first_name=name or f"Person {number}", **columns)


def joined(user: User, desk: Desk, role: DeskRole, *, can_triage: bool = False) -> User:
    """The person, from now on in this role on the desk too."""
    Membership.objects.create(user=user, desk=desk, role=role, can_triage=can_triage)
    return user


def an_editor(desk: Desk) -> User:
    return joined(a_person(), desk, DeskRole.EDITOR)


def a_reviewer(desk: Desk, *, can_triage: bool = False, **profile: Any) -> Reviewer:
    """A reviewer of the desk who reads English; `profile` are columns of `Reviewer`."""
    user = joined(a_person(), desk, DeskRole.REVIEWER, can_triage=can_triage)
    return profiled(user, **profile)


def profiled(user: User, **profile: Any) -> Reviewer:
    """The reviewer's profile of a person."""
    return Reviewer.objects.create(**{"user": user, "languages": ["en"], **profile})


def an_administrator() -> User:
    return User.objects.create_superuser(f"administrator{next(_numbers)}", password="x")


def a_key(*scopes: Scope, desks: tuple[Desk, ...] = ()) -> tuple[ApiKey, str]:
    """A key and the words its holder sends. No desk means every desk."""
    return make_key(name=f"Key {next(_numbers)}", scopes=scopes, desks=desks)


def viewer(who: User | Reviewer | ApiKey) -> Viewer:
    """Somebody as they read and act now: ask again after their roles have changed."""
    if isinstance(who, ApiKey):
        return viewer_for_key(who)
    return viewer_for_user(who.user if isinstance(who, Reviewer) else who)


def an_article(**given: Any) -> TakenIn:
    """An article of its own outlet and link; `given` are fields of `GivenArticle`."""
    number = next(_numbers)
    usual = GivenArticle(
        outlet=f"Harbour Post {number}",
        headline=f"Minister may go ({number})",
        text=TEXT,
        language="en",
        published_at=now() - timedelta(hours=1),
        url=f"https://harbour.example/{number}",
    )
    return take_in(replace(usual, **given))


def a_later_text(article: Article, text: str, *, stands_now: bool = False) -> ArticleRevision:
    """The same article comes in again with another text."""
    same = {name: getattr(article, name) for name in ("headline", "language", "published_at")}
    given = GivenArticle(outlet=article.outlet.name, url=article.canonical_url, text=text, **same)
    return take_in(given, stands_now=stands_now).revision


def a_quote(revision: ArticleRevision, exact: str = QUOTE) -> GivenQuote:
    return GivenQuote(revision, exact)


def dated(moment: datetime, words: str = "next week") -> GivenDate:
    """An own date that ends with the minute of this moment."""
    return GivenDate(moment, moment, Precision.MINUTE, "UTC", words=words)


def maker(who: User | Reviewer | ApiKey, desk: Desk | None) -> Maker:
    """Somebody as the one who brings a claim to the desk."""
    seen = viewer(who)
    actor = seen.actor.having(*desk_roles(seen, desk.pk if desk else None))
    return Maker(actor, user=seen.user, key=seen.key)


def a_claim(
    desk: Desk, state: State = State.QUEUED, *, by: User | None = None, reviewer: Reviewer | None = None, **given: Any
) -> Claim:
    """A claim of the desk, walked to the state through the services.

    `by` is the editor who brings and moves it, `reviewer` whoever reviews it (both made when missing); `given` are
    fields of `GivenClaim`. Without a quote given it stands in an article of its own.
    """
    editor = by or an_editor(desk)
    usual = {"statement": "The minister will resign next week.", "language": "en", "desk": desk}
    if "quote" not in given:
        given["quote"] = a_quote(an_article().revision)
    made = bring(GivenClaim(**{**usual, **given}), maker(editor, desk), accepted=state != State.PROPOSED)
    if state in _WALKS:
        _WALKS[state](made, editor, reviewer or a_reviewer(desk))
    return fresh(made)


def fresh(claim: Claim) -> Claim:
    """The claim as the database has it now."""
    found = _claims.one(claim.pk)
    assert found is not None
    return found


@worded
def _claims(claim: int) -> QuerySet[Claim]:
    return Claim.objects.select_related("desk").filter(pk=claim)


def a_rule(
    conditions: Conditions | None = None,
    outcomes: Outcomes | None = None,
    *,
    by: User | None = None,
    name: str = "",
    active: bool = True,
) -> RuleVersion:
    """A routing rule that stands last, written by an administrator unless named. Unasked it settles little."""
    title, asked = name or f"Rule {next(_numbers)}", conditions or Conditions()
    settled = outcomes or (Outcomes() if asked.asked else Outcomes(priority=3))
    given = GivenRule(title, asked, settled, active=active)
    return add_rule(given, viewer(by or an_administrator()))


def put_on(claim: Claim, reviewer: Reviewer, by: User, *, part: Part = Part.REVIEW) -> Assignment:
    """Put the reviewer on the claim, as its editor does."""
    with acting_on(claim.pk, viewer(by)) as acting:
        return assign(acting.held, reviewer, by=acting.by, chosen_by="editor", part=part)


def start(claim: Claim, reviewer: Reviewer) -> None:
    """The reviewer, who is on it, starts the review."""
    with acting_on(claim.pk, viewer(reviewer)) as acting:
        start_if_queued(acting.held, by=acting.by)


def evidence_for(
    claim: Claim, stance: Stance = Stance.SUPPORTS, *, by: User | Reviewer | ApiKey | None = None, **given: Any
) -> Evidence:
    """One item of evidence, a link on "Is it so?" unless given otherwise; `given` are fields of `GivenEvidence`."""
    desk = claim.desk or a_desk()
    usual = {"question": Question.SO, "kind": EvidenceKind.LINK, "url": f"https://found.example/{next(_numbers)}"}
    with acting_on(claim.pk, viewer(by or an_editor(desk))) as acting:
        return add_evidence(acting.held, GivenEvidence(**{"stance": stance, **usual, **given}), by=acting.by)


def a_file(claim: Claim, words: bytes = b"what the document says", **given: Any) -> Evidence:
    """Evidence that is a kept file."""
    kept = keep_file(BytesIO(words), "text/plain")
    return evidence_for(claim, kind=EvidenceKind.FILE, url="", snapshot=kept, file_name="document.txt", **given)


def review_by(claim: Claim, reviewer: Reviewer, answers: Answers = UNPROVEN, **given: Any) -> Review:
    """The reviewer, who is on it, submits these answers."""
    with acting_on(claim.pk, viewer(reviewer)) as acting:
        return submit_review(acting.held, acting.mine, answers, by=acting.by, **given)


def fall_late(claim: Claim, editor: User) -> datetime:
    """Let review due pass: the editor sets it a moment ahead, and the moment goes by. Answers the due."""
    for milliseconds in (40, 400, 4000):  # a busy machine needs more than the moment a calm one does
        due = ahead(milliseconds=milliseconds)
        try:
            act(claim.pk, Action.SET_DUE, viewer(editor), due=due, reason="The desk wants it now.")
        except DueTooEarly:
            continue
        sleep(max(0.0, (due - now()).total_seconds()) + 0.005)
        return due
    raise RuntimeError("This machine is too busy to set a review due four seconds ahead.")


def second_opinion_asked(claim: Claim, reviewer: Reviewer, answers: Answers = UNPROVEN) -> Review | None:
    """The reviewer, who has started, submits their answers and asks for a second opinion."""
    with acting_on(claim.pk, viewer(reviewer)) as acting:
        return ask_second_opinion(acting.held, acting.mine, answers, by=acting.by, why="I want another pair of eyes.")


def start_again(claim: Claim, editor: User) -> None:
    """The claim is dismissed and restored: a new round begins."""
    act(claim.pk, Action.DISMISS, viewer(editor), reason=DismissalReason.OFF_SUBJECT)
    act(claim.pk, Action.RESTORE, viewer(editor))


def unproven(claim: Claim) -> Answers:
    """The answers that need no evidence, with an outcome where the claim has a date of its own."""
    return UNPROVEN if claim.confirm_by is None else replace(UNPROVEN, outcome=Outcome.UNKNOWN)


def open_assignment_of(claim: Claim) -> Assignment:
    """The one open assignment of the claim."""
    return Assignment.objects.get(claim=claim, status=AssignmentStatus.OPEN)


def _to_review(claim: Claim, editor: User, reviewer: Reviewer) -> None:
    put_on(claim, reviewer, editor)
    start(claim, reviewer)


def _to_waiting(claim: Claim, editor: User, reviewer: Reviewer) -> None:
    _to_review(claim, editor, reviewer)
    until = ahead(hours=2)
    act(claim.pk, Action.WAIT, viewer(editor), reason=WaitingReason.REPLY, until=until, due=until + timedelta(hours=1))


def _to_second_opinion(claim: Claim, editor: User, reviewer: Reviewer) -> None:
    _to_review(claim, editor, reviewer)
    second_opinion_asked(claim, reviewer, unproven(claim))


def _to_decided(claim: Claim, editor: User, reviewer: Reviewer) -> None:
    put_on(claim, reviewer, editor)
    review_by(claim, reviewer, unproven(claim))


def _to_dismissed(claim: Claim, editor: User, reviewer: Reviewer) -> None:
    del reviewer
    act(claim.pk, Action.DISMISS, viewer(editor), reason=DismissalReason.OFF_SUBJECT)


_WALKS: dict[State, Callable[[Claim, User, Reviewer], None]] = {
    State.IN_REVIEW: _to_review,
    State.WAITING: _to_waiting,
    State.SECOND_OPINION: _to_second_opinion,
    State.DECIDED: _to_decided,
    State.DISMISSED: _to_dismissed,
}
