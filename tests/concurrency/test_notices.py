"""Two workers read the events, or send the letters, at the same instant: everybody is told once."""

from __future__ import annotations

from time import monotonic, sleep

import pytest

from claims.models import Claim, User
from reviews.models import FeedMark, Message, Notice
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
