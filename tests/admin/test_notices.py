"""The bell, the list of notices, and the choices: each person's own, by plain forms."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import escape

from claims.lifecycle import Action, DismissalReason
from claims.models import ClaimEvent, Desk, User
from reviews.models import Assignment, Message, Notice, Reviewer
from reviews.noticing import ByMail, NoticeReason, Way
from reviews.services.acting import act
from reviews.services.notice_list import settings_of, ways_of
from reviews.services.notices import tell
from tests import factories as make
from tests.admin.conftest import SignIn
from tests.api.conftest import signed_in

LIST, CHOICES, READ = "/admin/reviews/notice/", "/admin/reviews/notice/settings/", "/admin/reviews/notice/read/"


@pytest.fixture
def assign(desk: Desk, editor: User, reviewer: Reviewer) -> Callable[[int], None]:
    """Put the reviewer on so many claims, and tell them."""

    def put(number: int) -> None:
        for _ in range(number):
            make.put_on(make.a_claim(desk, by=editor), reviewer, editor)
        tell(list(ClaimEvent.objects.order_by("id")))

    return put


def chosen(**changes: object) -> dict[str, object]:
    """The form of the choices as it stands at first, with changes."""
    ways = {f"{reason}-mail": ByMail.OFF for reason in NoticeReason}
    return {"digest_at": "08:00", "quiet_from": "", "quiet_until": "", "version": 0, **ways, **changes}


def test_the_bell_counts_what_is_not_read_and_the_list_shows_it(
    signed: SignIn, reviewer: Reviewer, assign: Callable[[int], None]
) -> None:
    client = signed(reviewer.user)
    assert 'aria-label="Notices"' in client.get("/admin/").content.decode()
    assign(2)
    assert "Notices: 2 not read yet" in client.get("/admin/").content.decode()
    page = client.get(LIST).content.decode()
    assert page.count('data-testid="notice"') == 2
    assert page.count("Assigned to you") >= 2
    assert client.post(READ, {"notice": Notice.objects.latest("id").pk}, follow=True).redirect_chain == [(LIST, 302)]
    assert client.get(f"{LIST}?unread").content.decode().count('data-testid="notice"') == 1
    client.post(READ)
    assert "You have read everything." in client.get(f"{LIST}?unread").content.decode()
    assert 'aria-label="Notices"' in client.get("/admin/").content.decode()


def test_a_notice_of_a_seat_that_somebody_lost_says_so(
    signed: SignIn, editor: User, reviewer: Reviewer, assign: Callable[[int], None]
) -> None:
    assign(2)
    lost = Assignment.objects.open().filter(reviewer=reviewer).latest("id")
    act(lost.claim_id, Action.DISMISS, make.viewer(editor), reason=DismissalReason.OFF_SUBJECT)
    assert signed(reviewer.user).get(LIST).content.decode().count("no longer so") == 1
    told = signed_in(reviewer.user).get("/notices").body["results"]
    assert {row["claim"]: row["still_so"] for row in told}[lost.claim_id] is False
    assert sum(row["still_so"] for row in told) == 1


def test_a_notice_of_a_claim_that_somebody_lost_says_what_was_done_until_it_is_taken_back(
    signed: SignIn, editor: User, reviewer: Reviewer, assign: Callable[[int], None]
) -> None:
    assign(1)
    lost = Assignment.objects.open().get(reviewer=reviewer).claim
    act(lost.pk, Action.DISMISS, make.viewer(editor), reason=DismissalReason.OFF_SUBJECT)
    tell(list(ClaimEvent.objects.order_by("id")))
    client = signed(reviewer.user)
    page = client.get(LIST).content.decode()
    said = f"{editor} dismissed it: {DismissalReason.OFF_SUBJECT.label}"
    assert "Taken off a claim" in page
    assert escape(said) in page
    assert page.count(f"/claims/claim/{lost.pk}/change/") == 2
    (row,) = [one for one in signed_in(reviewer.user).get("/notices").body["results"] if one["reason"] == "taken_off"]
    assert (row["in_sight"], row["statement"], row["still_so"]) == (True, lost.statement, True)
    assert (f"{row['done']}: {row['why']}", row["reason_label"]) == (said, "Taken off a claim")
    act(lost.pk, Action.UNDO, make.viewer(editor))
    told = signed_in(reviewer.user).get("/notices").body["results"]
    assert {one["reason"]: one["still_so"] for one in told} == {"taken_off": False, "assigned": True}


def test_the_list_takes_the_same_queries_for_many_losses_as_for_few(
    signed: SignIn, editor: User, reviewer: Reviewer, assign: Callable[[int], None]
) -> None:
    client, api = signed(reviewer.user), signed_in(reviewer.user)

    def lose(number: int) -> list[int]:
        assign(number)
        for seat in Assignment.objects.open().filter(reviewer=reviewer):
            act(seat.claim_id, Action.DISMISS, make.viewer(editor), reason=DismissalReason.OFF_SUBJECT)
        tell(list(ClaimEvent.objects.order_by("id")))
        return [_queries(lambda: client.get(LIST)), _queries(lambda: api.get("/notices"))]

    few, many = lose(2), lose(7)
    assert Notice.objects.filter(reason=NoticeReason.TAKEN_OFF).count() == 9
    assert many == few


def _queries(read: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as captured:
        read()
    return len(captured)


def test_letters_show_their_times_as_the_rest_of_the_desk_does(signed: SignIn, reviewer: Reviewer) -> None:
    at = make.now()
    letter = Message.objects.create(user=reviewer.user, day=at.date(), made_at=at, next_attempt_at=at)
    client, listed = signed(make.an_administrator()), reverse("admin:reviews_message_changelist")
    assert client.get(listed).content.decode().count("<time ") == 2  # made, next try
    Message.objects.update(sent_at=make.now())
    assert client.get(listed).content.decode().count("<time ") == 2  # made, sent
    shown = client.get(reverse("admin:reviews_message_change", args=[letter.pk])).content.decode()
    assert re.search(r"\d{1,2} [A-Z][a-z]{2} \d{4}, \d\d:\d\d", shown)
    assert not re.search(r"[ap]\.m\.", shown)


def test_an_empty_list_says_what_will_stand_there(signed: SignIn, reviewer: Reviewer) -> None:
    assert "You are told here when a claim is assigned to you" in signed(reviewer.user).get(LIST).content.decode()


def test_the_list_takes_the_same_queries_for_many_as_for_few(
    signed: SignIn, reviewer: Reviewer, assign: Callable[[int], None]
) -> None:
    client = signed(reviewer.user)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(LIST).status_code == 200
        return len(captured)

    assign(2)
    client.get(LIST)
    few = queries()
    assign(9)
    assert queries() == few <= 12


def test_nobody_reads_or_marks_somebody_elses(signed: SignIn, editor: User, assign: Callable[[int], None]) -> None:
    assign(1)
    client = signed(editor)
    assert 'data-testid="notice"' not in client.get(LIST).content.decode()
    client.post(READ, {"notice": Notice.objects.get().pk})
    client.post(READ)
    assert Notice.objects.get().read_at is None


def test_reading_the_page_marks_nothing(signed: SignIn, reviewer: Reviewer, assign: Callable[[int], None]) -> None:
    assign(1)
    client = signed(reviewer.user)
    client.get(LIST)
    client.get(READ)
    assert Notice.objects.get().read_at is None


def test_choices_are_kept_and_shown_again(signed: SignIn, reviewer: Reviewer) -> None:
    client = signed(reviewer.user)
    page = client.get(CHOICES).content.decode()
    assert 'value="08:00"' in page
    assert "This newsroom sends no mail." in page
    sent = chosen(**{"quiet_from": "22:00", "quiet_until": "07:00", "late-app": "on", "late-mail": "digest"})
    assert "Your choices are kept." in client.post(CHOICES, sent, follow=True).content.decode()
    own = settings_of(reviewer.user)
    assert [str(own.quiet_from), str(own.quiet_until)] == ["22:00:00", "07:00:00"]
    ways = ways_of(reviewer.user)
    assert ways[NoticeReason.LATE] == Way(in_app=True, by_mail=ByMail.DIGEST)
    assert ways[NoticeReason.ASSIGNED].silent
    assert 'value="22:00"' in client.get(CHOICES).content.decode()


def test_half_of_the_quiet_hours_is_refused_at_its_field_and_nothing_is_lost(
    signed: SignIn, reviewer: Reviewer
) -> None:
    page = signed(reviewer.user).post(CHOICES, chosen(quiet_from="22:00")).content.decode()
    assert "Quiet hours need both ends, or neither." in page
    assert 'value="22:00"' in page
    assert settings_of(reviewer.user).version == 0


def test_choices_changed_in_another_window_are_not_overwritten(signed: SignIn, reviewer: Reviewer) -> None:
    client = signed(reviewer.user)
    client.post(CHOICES, chosen())
    page = client.post(CHOICES, chosen(digest_at="")).content.decode()
    assert "Somebody changed this since you read it." in page
    assert settings_of(reviewer.user).digest_at is not None


def test_letters_are_read_by_administrators_alone(signed: SignIn, reviewer: Reviewer) -> None:
    assert signed(reviewer.user).get("/admin/reviews/message/").status_code == 403
    assert signed(make.an_administrator()).get("/admin/reviews/message/").status_code == 200
