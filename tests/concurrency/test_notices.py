"""Two workers read the events, or send the letters, at the same instant: everybody is told once."""

from __future__ import annotations

from functools import partial
from time import monotonic, sleep

import pytest

from claims.lifecycle import Action, DismissalReason
from claims.models import Claim, ClaimEvent, User
from reviews.models import Assignment, FeedMark, Message, Notice
from reviews.noticing import NoticeReason
from reviews.services.acting import act, acting_on
from reviews.services.assigning import assignment_of, hand_over
from reviews.services.mailing import Posted, make_digests, send_letters
from reviews.services.notice_list import choose_ways
from reviews.services.notices import READER, make_notices
from tests import factories as make
from tests.api.conftest import everything_is_final
from tests.concurrency.crowd import at_once
from tests.reviews.postbox import postbox

pytestmark = pytest.mark.django_db(transaction=True)
CLAIMS = 12


def put_on_claims(number: int) -> User:
    """Somebody with an address who is put on so many claims; answers them."""
    desk = make.a_desk()
    editor, reviewer = make.an_editor(desk), make.a_reviewer(desk, limit=100)
    User.objects.filter(pk=reviewer.user_id).update(email="ida@harbour.example")
    for _ in range(number):
        make.put_on(make.a_claim(desk, by=editor), reviewer, editor)
    return reviewer.user


def test_two_readers_at_once_tell_each_event_once_and_go_on_where_they_were() -> None:
    with postbox() as box:
        put_on_claims(CLAIMS)
        everything_is_final()
        ends = monotonic() + 60
        while Notice.objects.count() < CLAIMS and monotonic() < ends:
            at_once(*[lambda: make_notices(batch=5)] * 3)
        assert Notice.objects.count() == Message.objects.count() == CLAIMS
        while make_notices():
            sleep(0)
        mark = FeedMark.objects.get(reader=READER)
        assert Notice.objects.count() == CLAIMS
        assert make_notices() == 0
        assert FeedMark.objects.get(reader=READER).event == mark.event
        sent: list[Posted] = [one for one in at_once(*[send_letters] * 3) if isinstance(one, Posted)]
        assert 0 < sum(one.sent for one in sent) == len(box.letters) < CLAIMS  # so many go together
        letters = [body.get_content() for letter in box.letters if (body := letter.get_body(("plain",)))]
        for claim in Claim.objects.values_list("pk", flat=True):
            assert sum(f"/claims/claim/{claim}/" in letter for letter in letters) == 1


def test_of_two_editors_who_take_somebody_off_at_once_one_is_told_of_once_however_many_read() -> None:
    desk = make.a_desk()
    reviewer, editors = make.a_reviewer(desk, limit=100), [make.an_editor(desk) for _ in range(2)]
    for _ in range(CLAIMS):
        make.put_on(make.a_claim(desk, by=editors[0]), reviewer, editors[0])
    everything_is_final()
    while make_notices():
        sleep(0)
    for seat in Assignment.objects.open().order_by("pk"):
        at_once(partial(take_off, seat, editors[0]), partial(dismiss, seat.claim_id, editors[1]), make_notices)
    everything_is_final()
    ends = monotonic() + 60
    while FeedMark.objects.get(reader=READER).event < ClaimEvent.objects.latest("pk").pk and monotonic() < ends:
        at_once(*[lambda: make_notices(batch=5)] * 3)
    lost = Notice.objects.filter(reason=NoticeReason.TAKEN_OFF, user=reviewer.user)
    assert sorted(lost.values_list("claim", flat=True)) == sorted(Claim.objects.values_list("pk", flat=True))


def take_off(seat: Assignment, by: User) -> None:
    with acting_on(seat.claim_id, make.viewer(by)) as acting:
        hand_over(acting.held, assignment_of(acting.held, seat.pk, None), by=acting.by)


def dismiss(claim: int, by: User) -> None:
    act(claim, Action.DISMISS, make.viewer(by), reason=DismissalReason.OFF_SUBJECT)


def test_two_makers_of_digests_at_once_make_one() -> None:
    with postbox():
        user = put_on_claims(1)
        moment = make.now()
        User.objects.filter(pk=user.pk).update(zone="UTC")
        clock = moment.time().replace(second=0, microsecond=0)
        choose_ways(user, ways={}, times={"digest_at": clock if moment.hour >= 6 else clock.replace(hour=0, minute=0)})
        made = at_once(*[make_digests] * 4)
        assert sorted(int(str(one)) for one in made)[-1] == 1
        assert Message.objects.filter(notice__isnull=True).count() == 1
