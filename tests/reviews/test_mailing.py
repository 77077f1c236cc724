"""Letters go out from rows: once, in the person's words and time, whatever the mail server does meanwhile."""

from __future__ import annotations

import socket
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.mail import EmailMultiAlternatives
from django.db import transaction

from claims.lifecycle import Action, DismissalReason, State
from claims.models import Claim, ClaimEvent, Desk, Membership, Seal, User
from claims.services.sealing import seal_the_day
from reviews.models import Message, Notice, Reviewer
from reviews.noticing import ByMail, NoticeReason, Way, day_of
from reviews.services import letters, mailing
from reviews.services.acting import act
from reviews.services.letters import Unsent, letter
from reviews.services.mailing import LEASE, make_digests, send_letters
from reviews.services.notice_list import choose_ways
from reviews.services.notices import tell
from tests import factories as make
from tests.reviews.postbox import mail_settings, postbox

ADDRESS = "ida@harbour.example"


@pytest.fixture
def reviewer(desk: Desk) -> Reviewer:
    return with_address(make.a_reviewer(desk, limit=50))


def with_address(reviewer: Reviewer, zone: str = "Europe/Kyiv") -> Reviewer:
    user = reviewer.user
    user.email, user.zone = ADDRESS, zone
    user.save(update_fields=["email", "zone"])
    return reviewer


def assigned(desk: Desk, editor: User, reviewer: Reviewer) -> Claim:
    """A claim the reviewer was put on, and told of."""
    claim = make.a_claim(desk, by=editor)
    make.put_on(claim, reviewer, editor)
    tell(list(ClaimEvent.objects.filter(claim=claim).order_by("seq")))
    return claim


def due_now() -> None:
    """Let the next try of every letter have come."""
    Message.objects.waiting().update(next_attempt_at=make.now() - timedelta(seconds=1))


def at_night(user: User) -> None:
    """Quiet hours that hold now, for half an hour more."""
    clock = make.now().astimezone()
    begins, ends = (clock - timedelta(minutes=30)).time(), (clock + timedelta(minutes=30)).time()
    User.objects.filter(pk=user.pk).update(zone="UTC")
    choose_ways(user, ways={}, times={"quiet_from": _whole(begins), "quiet_until": _whole(ends)})


def _whole(clock: time) -> time:
    return clock.replace(second=0, microsecond=0)


def test_a_letter_reaches_the_person_as_text_and_as_html(desk: Desk, editor: User, reviewer: Reviewer) -> None:
    with postbox() as box:
        claim = assigned(desk, editor, reviewer)
        assert send_letters().sent == 1
        (mail,) = box.letters
    assert mail["To"] == ADDRESS
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Subject"] == f"Assigned to you: #{claim.pk} {claim.statement}"
    text, html = (part.get_content() for part in mail.iter_parts())
    for words in (claim.statement, f"/admin/claims/claim/{claim.pk}/change/", "Europe/Kyiv", "/notice/settings/"):
        assert words in text
        assert words in html
    assert claim.review_due_at is not None
    # Read tomorrow, a letter of today does not mean tomorrow.
    assert f"Review due: {claim.review_due_at.astimezone(ZoneInfo('Europe/Kyiv')):%a %-d %b %H:%M}" in text
    assert Message.objects.get().sent_at is not None


def test_a_letter_about_a_lost_claim_says_what_was_done_and_not_when_it_is_due(
    desk: Desk, editor: User, reviewer: Reviewer
) -> None:
    with postbox() as box:
        claim, back = (assigned(desk, editor, reviewer) for _ in range(2))
        send_letters()
        for one in (claim, back):
            act(one.pk, Action.DISMISS, make.viewer(editor), reason=DismissalReason.OFF_SUBJECT)
            tell(list(ClaimEvent.objects.filter(claim=one).order_by("seq")))
        act(back.pk, Action.UNDO, make.viewer(editor))
        assert send_letters().dropped == 1  # it is theirs again
        *_assigned, mail = box.letters
    assert mail["Subject"] == f"Taken off a claim: #{claim.pk} {claim.statement}"
    text = next(mail.iter_parts()).get_content()
    assert f"{editor} dismissed it: {DismissalReason.OFF_SUBJECT.label}" in text
    assert f"/admin/claims/claim/{claim.pk}/change/" in text
    assert "Review due" not in text


def test_letters_that_are_due_for_one_person_in_number_go_as_one(
    desk: Desk, editor: User, reviewer: Reviewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailing, "GATHERED_FROM", 3)
    with postbox() as box:
        over, first, second, third = (assigned(desk, editor, reviewer) for _ in range(4))
        act(over.pk, Action.DISMISS, make.viewer(editor), reason=DismissalReason.OFF_SUBJECT)
        box.refuses = "451 later"
        assert send_letters().failed == 1
        box.refuses = ""
        due_now()
        assigned(desk, editor, reviewer)
        assert send_letters().sent == 2  # the one that came since goes by itself
        many, _one = box.letters
    assert many["Subject"] == "Assigned to you: 3 claims"
    text = next(many.iter_parts()).get_content()
    assert [f"#{claim.pk} " in text for claim in (over, first, second, third)] == [False, True, True, True]
    carried = Message.objects.exclude(dropped="").values_list("dropped", flat=True)
    assert set(carried) == {f"It went with letter {Message.objects.earliest('pk').pk}."}


def test_a_letter_is_sent_once(desk: Desk, editor: User, reviewer: Reviewer) -> None:
    with postbox() as box:
        assigned(desk, editor, reviewer)
        assert [send_letters().sent for _ in range(3)] == [1, 0, 0]
        assert len(box.letters) == 1


def test_a_statement_cannot_break_out_of_the_subject_or_the_page(desk: Desk, editor: User, reviewer: Reviewer) -> None:
    with postbox() as box:
        claim = make.a_claim(desk, by=editor, statement='The minister said "<b>go</b>" & left for good, ' + "x" * 120)
        make.put_on(claim, reviewer, editor)
        tell(list(ClaimEvent.objects.filter(claim=claim)))
        send_letters()
        (mail,) = box.letters
    assert len(mail["Subject"].strip()) <= 78
    text, html = (part.get_content() for part in mail.iter_parts())
    assert '"<b>go</b>" & left' in text
    assert "<b>go" not in html


def test_a_mail_server_that_is_down_for_a_day_loses_nothing(desk: Desk, editor: User, reviewer: Reviewer) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # bound, not listening: nobody answers
        with mail_settings(closed.getsockname()[1]):
            for _ in range(3):
                assigned(desk, editor, reviewer)
            for _ in range(30):
                due_now()
                assert send_letters().failed == 1  # and the others are not tried at the same closed door
            waiting = Message.objects.waiting()
            assert waiting.count() == 3
            assert all(row.next_attempt_at - make.now() <= timedelta(hours=1) for row in waiting)
            assert "refused" in waiting.order_by("-attempts")[0].error
    Message.objects.update(made_at=make.now() - timedelta(days=1))
    due_now()
    with postbox() as box:
        assert send_letters().sent == 3
        assert len({mail["Message-ID"] for mail in box.letters}) == 3


def test_after_three_days_a_letter_is_given_up_and_says_why(desk: Desk, editor: User, reviewer: Reviewer) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        with mail_settings(closed.getsockname()[1]):
            assigned(desk, editor, reviewer)
            Message.objects.update(made_at=make.now() - timedelta(days=3, seconds=1))
            send_letters()
    assert Message.objects.get().dropped == "The mail server did not take it for three days."


@pytest.mark.parametrize(
    ("reply", "dropped"),
    [("550 no such person", "The mail server refuses the address."), ("450 try later", "")],
)
def test_an_address_refused_for_good_is_not_tried_again(
    reply: str, dropped: str, desk: Desk, editor: User, reviewer: Reviewer
) -> None:
    with postbox() as box:
        assigned(desk, editor, reviewer)
        assigned(desk, editor, reviewer)
        box.refuses = reply
        assert send_letters().failed == 2  # a server that answers is asked about each
    assert {row.dropped for row in Message.objects.all()} == {dropped}


def test_what_is_no_longer_so_when_it_would_be_sent_is_dropped_and_says_so(
    desk: Desk, editor: User, reviewer: Reviewer
) -> None:
    with postbox() as box:
        claim = assigned(desk, editor, reviewer)
        act(claim.pk, Action.DISMISS, make.viewer(editor), reason=DismissalReason.OFF_SUBJECT)
        assert send_letters().dropped == 1
        assert box.letters == []
    assert Message.objects.get().dropped == "It was no longer so."


def test_nobody_is_written_to_about_a_claim_they_may_no_longer_see(
    desk: Desk, editor: User, reviewer: Reviewer
) -> None:
    with postbox() as box:
        assigned(desk, editor, reviewer)
        Membership.objects.filter(user=reviewer.user).delete()
        assert send_letters().dropped == 1
        assert box.letters == []
    assert Message.objects.get().dropped == "The person may no longer see the claim."


def test_a_worker_killed_while_sending_leaves_the_letter_to_the_next(
    desk: Desk, editor: User, reviewer: Reviewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(_mail: EmailMultiAlternatives) -> int:
        raise KeyboardInterrupt

    with postbox() as box:
        assigned(desk, editor, reviewer)
        with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr(EmailMultiAlternatives, "send", killed)
            send_letters()
        taken = Message.objects.get()
        assert taken.sent_at is None
        assert timedelta(0) < taken.next_attempt_at - make.now() <= LEASE
        assert send_letters().sent == 0  # somebody may still be at it
        due_now()
        assert send_letters().sent == 1
        assert len(box.letters) == 1


def test_nothing_is_sent_in_quiet_hours_but_the_list_has_it(desk: Desk, editor: User, reviewer: Reviewer) -> None:
    at_night(reviewer.user)
    reviewer.user.refresh_from_db()
    with postbox() as box:
        assigned(desk, editor, reviewer)
        assert send_letters().sent == 0
        assert box.letters == []
        assert Message.objects.get().next_attempt_at > make.now() + timedelta(minutes=25)
    assert Notice.objects.get().in_app


def digest_now(user: User, *, zone: str = "UTC") -> datetime:
    """Let the person's digest be due now."""
    User.objects.filter(pk=user.pk).update(zone=zone)
    moment = make.now()
    choose_ways(user, ways={}, times={"digest_at": time(0) if moment.hour < 6 else _whole(moment.time())})
    return moment


def test_a_digest_says_what_is_late_and_due_and_what_waited_for_it(
    desk: Desk, editor: User, reviewer: Reviewer
) -> None:
    choose_ways(reviewer.user, ways={NoticeReason.ASSIGNED: Way(in_app=True, by_mail=ByMail.DIGEST)}, times={})
    with postbox() as box:
        late, other = assigned(desk, editor, reviewer), assigned(desk, editor, reviewer)
        assert Message.objects.count() == 0
        make.fall_late(late, editor)
        digest_now(reviewer.user)
        assert [make_digests(), make_digests()] == [1, 0]
        assert send_letters().sent == 1
        (mail,) = box.letters
    assert mail["Subject"].startswith("Today: 1 late")
    text = next(mail.iter_parts()).get_content()
    assert late.statement in text
    assert f"#{other.pk}" in text


def test_a_digest_with_nothing_to_say_is_not_sent(desk: Desk, reviewer: Reviewer) -> None:
    with postbox() as box:
        digest_now(reviewer.user)
        make_digests()
        assert send_letters().dropped == 1
        assert box.letters == []
    assert Message.objects.get().dropped == "There was nothing to say."


def test_the_digest_of_an_administrator_tells_the_daily_seal(desk: Desk, reviewer: Reviewer) -> None:
    administrator = make.an_administrator()
    User.objects.filter(pk=administrator.pk).update(email="anna@harbour.example")
    seal = seal_the_day()
    assert seal is not None
    Seal.objects.create(made_at=make.now() + timedelta(hours=1), day=date(2031, 1, 1), claims=0, sha256="f" * 64)
    with postbox() as box:
        for user in (administrator, reviewer.user):
            digest_now(user)
        assert make_digests() == 2
        assert send_letters().sent == 1
        (mail,) = box.letters
    assert mail["To"] == "anna@harbour.example"
    assert mail["Subject"] == "Today: the daily seal"
    for part in mail.iter_parts():
        assert seal.sha256 in part.get_content()
        assert "f" * 64 not in part.get_content()


def test_a_digest_that_waits_holds_what_was_said_when_it_was_made_only_once(
    desk: Desk, editor: User, reviewer: Reviewer
) -> None:
    choose_ways(reviewer.user, ways={NoticeReason.ASSIGNED: Way(in_app=True, by_mail=ByMail.DIGEST)}, times={})
    with postbox():
        assigned(desk, editor, reviewer)
        digest_now(reviewer.user)
        make_digests()
        digest = Message.objects.get()
        assert digest.day == day_of(make.now(), "UTC")
        assert Notice.objects.get().digest == digest
        assigned(desk, editor, reviewer)
        assert Notice.objects.filter(digest__isnull=True).count() == 1  # waits for tomorrow's


def test_somebody_without_an_address_or_gone_gets_no_letter(desk: Desk, editor: User, reviewer: Reviewer) -> None:
    with postbox():
        assigned(desk, editor, reviewer)
        User.objects.filter(pk=reviewer.user_id).update(is_active=False)
        answer = letter(Message.objects.select_related("user", "notice").get())
    assert isinstance(answer, Unsent)


def test_a_letter_of_a_claim_decided_by_ones_review_can_be_asked_for(
    desk: Desk, editor: User, reviewer: Reviewer
) -> None:
    choose_ways(reviewer.user, ways={NoticeReason.DECIDED: Way(in_app=True, by_mail=ByMail.AT_ONCE)}, times={})
    with postbox() as box, transaction.atomic():
        claim = make.a_claim(desk, State.DECIDED, by=editor, reviewer=reviewer)
        tell(list(ClaimEvent.objects.filter(claim=claim, type="decision.make")))
        send_letters()
        (mail,) = box.letters
    assert make.UNPROVEN.why not in mail.as_string()
    assert "Review due" not in mail.as_string()


def test_what_is_no_address_is_given_up_and_stops_nobody_else(desk: Desk, editor: User, reviewer: Reviewer) -> None:
    with postbox() as box:
        assigned(desk, editor, reviewer)
        User.objects.filter(pk=reviewer.user_id).update(email="ida@harbour..example")
        assigned(desk, editor, with_address(make.a_reviewer(desk)))
        posted = send_letters()
    assert (posted.failed, posted.sent, len(box.letters)) == (1, 1, 1)
    assert Message.objects.get(user=reviewer.user).dropped == "The address cannot be written to."


def test_a_long_digest_lists_what_is_still_so_and_counts_the_rest(
    desk: Desk, editor: User, reviewer: Reviewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(letters, "MOST", 1)
    with postbox() as box:
        digests = {NoticeReason.ASSIGNED: Way(in_app=True, by_mail=ByMail.DIGEST)}
        choose_ways(reviewer.user, ways=digests, times={})
        over, listed, counted = (assigned(desk, editor, reviewer) for _ in range(3))
        act(over.pk, Action.DISMISS, make.viewer(editor), reason=DismissalReason.OFF_SUBJECT)
        digest_now(reviewer.user)
        assert (make_digests(), send_letters().sent) == (1, 1)
    for part in box.letters[0].iter_parts():
        words = part.get_content()
        assert [f"#{claim.pk} " in words for claim in (over, listed, counted)] == [False, True, False]
        assert "And 1 more." in words
