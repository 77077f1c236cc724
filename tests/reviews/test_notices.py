"""Who is told what: once for a claim, a reason and a day, and only of what they may see and what is still so."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext

from claims.actors import rule
from claims.ladders import DEFAULT
from claims.lifecycle import Action, DismissalReason, State, WaitingReason
from claims.models import Alarm, Claim, ClaimEvent, Desk, DeskRole, FlagKind, Membership, User
from claims.services.steps import resume
from claims.services.sweep import raise_due_flags
from claims.services.transitions import locked
from reviews.models import Absence, Assignment, Message, Notice, Part, Reviewer, Then
from reviews.noticing import ByMail, NoticeReason, Way
from reviews.services.acting import act, acting_on
from reviews.services.assigning import assign, decline, hand_over, recuse
from reviews.services.notice_list import choose_ways, mark_read, notices_of
from reviews.services.notices import tell
from reviews.services.pool import take_next
from reviews.services.queue import summary_for
from reviews.tasks import tend
from tests import factories as make

LADDER = rule("escalation ladder")


def hear() -> None:
    """Tell of everything that has happened."""
    tell(list(ClaimEvent.objects.order_by("id")))


def told(user: User) -> list[tuple[int, str]]:
    """What the person finds in their list: claim and reason."""
    rows = notices_of(make.viewer(user)).order_by("id")
    return [(row.claim_id or 0, row.reason) for row in rows]


def escalated(claim: Claim, *, track: str = "review_due", tell: str = "reviewer") -> None:
    """A step of the ladder is taken, as the sweep writes it."""
    with locked(claim.pk) as held:
        held.record("claim.escalate", by=LADDER, data={"step": "x", "track": track, "tell": tell})


def test_whoever_is_put_on_a_claim_is_told_and_the_editor_who_did_it_is_not(
    desk: Desk, editor: User, reviewer: Reviewer
) -> None:
    claim = make.a_claim(desk, by=editor)
    make.put_on(claim, reviewer, editor)
    hear()
    assert told(reviewer.user) == [(claim.pk, NoticeReason.ASSIGNED)]
    assert told(editor) == []


def test_nobody_is_told_of_what_they_took_themselves(desk: Desk, reviewer: Reviewer) -> None:
    make.a_claim(desk)
    take_next(make.viewer(reviewer))
    hear()
    assert Notice.objects.count() == 0


def test_a_hand_over_a_second_opinion_and_a_disagreement_each_have_their_reason(desk: Desk, editor: User) -> None:
    first, second, third = (make.a_reviewer(desk) for _ in range(3))
    claim = make.a_claim(desk, State.IN_REVIEW, by=editor, reviewer=make.a_reviewer(desk))
    with acting_on(claim.pk, make.viewer(editor)) as acting:
        seat = Assignment.objects.open().get(claim=claim)
        hand_over(acting.held, seat, by=acting.by, to=first, note="You know the harbour better.")
    hear()
    make.second_opinion_asked(claim, first)
    make.put_on(claim, second, editor)
    hear()
    make.evidence_for(claim)
    make.evidence_for(claim)
    make.review_by(claim, second, make.CONFIRMED)
    hear()
    make.put_on(claim, third, editor, part=Part.ADJUDICATION)
    hear()
    assert told(first.user) == [(claim.pk, NoticeReason.HANDED)]
    assert told(second.user) == [(claim.pk, NoticeReason.SECOND_OPINION)]
    assert told(third.user) == [(claim.pk, NoticeReason.ADJUDICATION)]
    assert told(editor) == [(claim.pk, NoticeReason.SPLIT)]


def disagreed(desk: Desk, editor: User) -> Claim:
    """Two reviewers differ; nobody settles it yet."""
    first, second = make.a_reviewer(desk), make.a_reviewer(desk)
    claim = make.a_claim(desk, State.SECOND_OPINION, by=editor, reviewer=first)
    make.put_on(claim, second, editor)
    make.evidence_for(claim)
    make.evidence_for(claim)
    make.review_by(claim, second, make.CONFIRMED)
    return make.fresh(claim)


@pytest.mark.parametrize("way", ["recuses", "declines", "absence", "keeps it, away", "account closed", "hands it on"])
def test_editors_hear_when_nobody_settles_a_disagreement_any_more(desk: Desk, editor: User, way: str) -> None:
    claim, settling = disagreed(desk, editor), make.a_reviewer(desk)
    seat = make.put_on(claim, settling, editor, part=Part.ADJUDICATION)
    hear()
    assert told(editor) == [(claim.pk, NoticeReason.SPLIT)]
    times = {"starts_at": make.ahead(hours=-1), "ends_at": make.ahead(hours=1)}
    if way in {"absence", "keeps it, away"}:
        then = Then.POOL if way == "absence" else Then.KEEP
        Absence.objects.create(reviewer=settling, then=then, **times)
    elif way == "account closed":
        User.objects.filter(pk=settling.user_id).update(is_active=False)
    else:
        with acting_on(claim.pk, make.viewer(settling)) as acting:
            if way == "recuses":
                source = claim.appearances.get().revision.article.outlet_id
                recuse(acting.held, seat, by=acting.by, source_id=source)
            elif way == "declines":
                decline(acting.held, seat, by=acting.by)
            else:
                hand_over(
                    acting.held, seat, by=acting.by, to=make.a_reviewer(desk), note="You know the harbour better."
                )
    tend()
    hear()
    new = [] if way == "hands it on" else [(claim.pk, NoticeReason.UNSETTLED)]
    assert told(editor) == [(claim.pk, NoticeReason.SPLIT), *new]
    assert Assignment.objects.open().filter(claim=claim).exists() == (way in {"keeps it, away", "hands it on"})


def test_a_step_of_the_ladder_tells_whom_it_names_what_the_clock_says(
    desk: Desk, editor: User, reviewer: Reviewer
) -> None:
    claim = make.a_claim(desk, State.IN_REVIEW, by=editor, reviewer=reviewer)
    Notice.objects.all().delete()
    escalated(claim)
    tell(list(ClaimEvent.objects.filter(type="claim.escalate")))
    assert told(reviewer.user) == [(claim.pk, NoticeReason.REMINDER)]
    make.fall_late(claim, editor)
    escalated(claim)
    escalated(claim, tell="editor")
    tell(list(ClaimEvent.objects.filter(type="claim.escalate").order_by("id")[1:]))
    assert told(reviewer.user)[1:] == told(editor) == [(claim.pk, NoticeReason.LATE)]


def test_of_a_claim_that_nobody_is_on_the_editor_is_told_in_the_reviewers_place(
    desk: Desk, editor: User, reviewer: Reviewer
) -> None:
    claim = make.a_claim(desk, State.QUEUED, by=editor)
    escalated(claim)
    tell(list(ClaimEvent.objects.filter(type="claim.escalate")))
    assert told(editor) == [(claim.pk, NoticeReason.REMINDER)]
    assert told(reviewer.user) == []
    make.put_on(claim, reviewer, editor)
    make.fall_late(claim, editor)
    escalated(claim)
    tell(list(ClaimEvent.objects.filter(type="claim.escalate").order_by("id")[1:]))
    assert told(reviewer.user) == [(claim.pk, NoticeReason.LATE)]
    assert (claim.pk, NoticeReason.LATE) not in told(editor)


def test_after_an_outage_nobody_misses_that_it_is_late_because_a_later_step_tells_others(
    desk: Desk, editor: User, reviewer: Reviewer
) -> None:
    make.with_ladder(desk, *DEFAULT)
    claim = make.a_claim(desk, State.IN_REVIEW, by=editor, reviewer=reviewer)
    due = make.ahead(hours=-3)
    Claim.objects.filter(pk=claim.pk).update(review_due_at=due)
    Alarm.objects.filter(claim=claim, kind="ladder_due").update(moment=due, wake_at=due)
    raise_due_flags()
    tell(list(ClaimEvent.objects.filter(type="claim.escalate")))
    assert told(editor) == told(reviewer.user) == [(claim.pk, NoticeReason.LATE)]


def test_a_passed_date_of_the_claim_is_told_on_its_own_track(desk: Desk, editor: User, reviewer: Reviewer) -> None:
    own = make.dated(make.now() - timedelta(days=1))
    claim = make.a_claim(desk, State.IN_REVIEW, by=editor, reviewer=reviewer, own=own)
    escalated(claim, track="own_date")
    tell(list(ClaimEvent.objects.filter(type="claim.escalate")))
    assert told(reviewer.user) == [(claim.pk, NoticeReason.DATE_PASSED)]


def park(claim: Claim, who: User, *, tell_me: bool) -> None:
    until = make.ahead(hours=2)
    act(claim.pk, Action.WAIT, make.viewer(who), reason=WaitingReason.REPLY, until=until, due=until, tell_me=tell_me)


def test_whoever_asked_for_it_is_told_when_the_wait_is_over_and_nobody_else(
    desk: Desk, editor: User, reviewer: Reviewer
) -> None:
    asked, silent = (make.a_claim(desk, State.IN_REVIEW, by=editor, reviewer=reviewer) for _ in range(2))
    park(asked, editor, tell_me=True)
    park(silent, editor, tell_me=False)
    for claim in (asked, silent):
        with locked(claim.pk) as held:
            resume(held, by=rule("wait over"))
    ended = list(ClaimEvent.objects.filter(type="claim.resume"))
    tell(ended)
    assert told(editor) == [(asked.pk, NoticeReason.WAIT_OVER)]
    assert told(reviewer.user) == []


def test_nobody_is_told_of_an_ended_wait_who_ended_it_or_parked_the_claim_again(
    desk: Desk, editor: User, reviewer: Reviewer
) -> None:
    claim, again = (make.a_claim(desk, State.IN_REVIEW, by=editor, reviewer=reviewer) for _ in range(2))
    for one in (claim, again):
        park(one, editor, tell_me=True)
        act(one.pk, Action.RESUME, make.viewer(reviewer if one == again else editor))
    park(again, reviewer.user, tell_me=True)
    tell(list(ClaimEvent.objects.filter(type="claim.resume")))
    assert told(editor) == told(reviewer.user) == []


def test_one_claim_reason_and_day_is_told_once_however_often_it_is_read(
    desk: Desk, editor: User, reviewer: Reviewer
) -> None:
    claim = make.a_claim(desk, State.IN_REVIEW, by=editor, reviewer=reviewer)
    make.fall_late(claim, editor)
    for _ in range(3):
        escalated(claim)
    hear()
    hear()
    assert [reason for _, reason in told(reviewer.user)].count(NoticeReason.LATE) == 1


def test_what_is_no_longer_so_when_it_is_read_is_not_told(desk: Desk, editor: User, reviewer: Reviewer) -> None:
    claim = make.a_claim(desk, State.IN_REVIEW, by=editor, reviewer=reviewer)
    make.fall_late(claim, editor)
    escalated(claim)
    escalated(claim, tell="editor")
    act(claim.pk, Action.DISMISS, make.viewer(editor), reason=DismissalReason.OFF_SUBJECT)
    hear()
    assert Notice.objects.count() == 0


def test_nobody_is_told_of_a_claim_they_may_no_longer_see(desk: Desk, editor: User, reviewer: Reviewer) -> None:
    claim = make.a_claim(desk, by=editor)
    make.put_on(claim, reviewer, editor)
    elsewhere = make.a_desk()
    make.joined(reviewer.user, elsewhere, DeskRole.REVIEWER)
    Membership.objects.filter(user=reviewer.user, desk=desk).delete()
    hear()
    assert Notice.objects.count() == 0


def test_what_was_told_leaves_the_list_and_the_count_when_the_claim_goes_out_of_sight(
    desk: Desk, editor: User, reviewer: Reviewer
) -> None:
    claim = make.a_claim(desk, by=editor)
    make.put_on(claim, reviewer, editor)
    hear()
    assert summary_for(make.viewer(reviewer), make.now()).unread == 1
    Membership.objects.filter(user=reviewer.user).delete()
    make.joined(reviewer.user, make.a_desk(), DeskRole.REVIEWER)
    assert told(reviewer.user) == []
    assert summary_for(make.viewer(reviewer), make.now()).unread == 0


def test_a_person_chooses_what_they_are_told(desk: Desk, editor: User, reviewer: Reviewer) -> None:
    silent, decided = Way(in_app=False, by_mail=ByMail.OFF), Way(in_app=True, by_mail=ByMail.OFF)
    choose_ways(reviewer.user, ways={NoticeReason.ASSIGNED: silent, NoticeReason.DECIDED: decided}, times={})
    claim = make.a_claim(desk, by=editor)
    make.put_on(claim, reviewer, editor)
    make.review_by(claim, reviewer)
    hear()
    assert told(reviewer.user) == [(claim.pk, NoticeReason.DECIDED)]


def test_marking_as_read_touches_only_ones_own(desk: Desk, editor: User) -> None:
    one, two = make.a_reviewer(desk), make.a_reviewer(desk)
    for reviewer in (one, two):
        make.put_on(make.a_claim(desk, by=editor), reviewer, editor)
    hear()
    theirs = Notice.objects.get(user=two.user)
    assert mark_read(make.viewer(one), [theirs.pk]) == 0
    assert mark_read(make.viewer(one)) == 1
    assert mark_read(make.viewer(one)) == 0
    assert Notice.objects.get(pk=theirs.pk).read_at is None


def test_a_notice_repeats_nothing_that_somebody_wrote(desk: Desk, editor: User) -> None:
    claim = make.a_claim(desk, by=editor)
    make.put_on(claim, make.a_reviewer(desk), editor)
    hear()
    kept = str(Notice.objects.values().get())
    assert claim.statement not in kept


def test_a_letter_is_written_only_where_there_is_mail_an_address_and_the_wish(desk: Desk, editor: User) -> None:
    def letters(**person: Any) -> int:
        reviewer = make.a_reviewer(desk)
        User.objects.filter(pk=reviewer.user_id).update(**person)
        make.put_on(make.a_claim(desk, by=editor), reviewer, editor)
        hear()
        return Message.objects.filter(user=reviewer.user).count()

    with override_settings(MAIL_ENABLED=False):
        assert letters(email="ida@harbour.example") == 0
    with override_settings(MAIL_ENABLED=True):
        assert letters(email="") == 0
        assert letters(email="ida@harbour.example") == 1


def test_a_thousand_events_are_told_in_a_fixed_number_of_queries(desk: Desk, editor: User, reviewer: Reviewer) -> None:
    def queries(claims: int) -> int:
        made = [make.a_claim(desk, State.IN_REVIEW, by=editor, reviewer=reviewer) for _ in range(claims)]
        for claim in made:
            escalated(claim)
        events = list(ClaimEvent.objects.filter(claim__in=made).order_by("id"))
        with CaptureQueriesContext(connection) as captured:
            tell(events)
        return len(captured)

    reviewer.limit = 100
    reviewer.save(update_fields=["limit"])
    assert queries(1) == queries(8)


def test_a_flag_that_nobody_can_take_is_told_to_editors_who_asked_for_it(desk: Desk, editor: User) -> None:
    choose_ways(editor, ways={NoticeReason.UNROUTABLE: Way(in_app=True, by_mail=ByMail.OFF)}, times={})
    claim = make.a_claim(desk)
    with locked(claim.pk) as held:
        held.raise_flag(FlagKind.UNROUTABLE, by=LADDER, reason="Nobody is here.")
    hear()
    assert told(editor) == [(claim.pk, NoticeReason.UNROUTABLE)]


def test_a_changed_source_is_told_to_who_is_on_the_claim_else_to_editors_where_they_asked_for_it(
    desk: Desk, editor: User, reviewer: Reviewer
) -> None:
    for person in (editor, reviewer.user):
        choose_ways(person, ways={NoticeReason.SOURCE_CHANGED: Way(in_app=True, by_mail=ByMail.OFF)}, times={})
    claims = [make.a_claim(desk, State.IN_REVIEW, reviewer=reviewer), make.a_claim(desk)]
    for claim in claims:
        with locked(claim.pk) as held:
            held.raise_flag(FlagKind.SOURCE_CHANGED, by=LADDER, reason="It reads otherwise now.")
    hear()
    asked_for = {(claim.pk, NoticeReason.SOURCE_CHANGED) for claim in claims}
    assert asked_for & set(told(reviewer.user)) == {(claims[0].pk, NoticeReason.SOURCE_CHANGED)}
    assert told(editor) == [(claims[1].pk, NoticeReason.SOURCE_CHANGED)]


def test_the_seat_of_somebody_who_left_meanwhile_is_not_told(desk: Desk, editor: User) -> None:
    reviewer = make.a_reviewer(desk)
    claim = make.a_claim(desk, by=editor)
    with acting_on(claim.pk, make.viewer(editor)) as acting:
        assign(acting.held, reviewer, by=acting.by, chosen_by="editor")
    with acting_on(claim.pk, make.viewer(editor)) as acting:
        hand_over(acting.held, Assignment.objects.open().get(claim=claim), by=acting.by)
    hear()
    assert Notice.objects.count() == 0
