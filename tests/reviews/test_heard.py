"""What the timeline says of a step of the ladder: who was really told, by which way, and nobody who is hidden."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from claims.ladders import Step, Tell, Track
from claims.lifecycle import Action, State
from claims.models import ApiKey, Claim, ClaimEvent, DeliveryState, Desk, DeskRole, Scope, User, WebhookDelivery
from claims.services.keys import make_key
from claims.services.sweep import raise_due_flags
from claims.services.transitions import database_time
from claims.services.webhooks import make_webhook
from reviews.models import FeedMark, Message, Notice, NoticeChoice
from reviews.noticing import ByMail, NoticeReason
from reviews.services.acting import act
from reviews.services.heard import look_who_heard
from reviews.services.notices import READER, tell
from reviews.services.timeline import entries
from tests import factories as make

pytestmark = pytest.mark.django_db
TO_BOTH = [
    Step(who, f"late, for the {who}", Track.REVIEW_DUE, timedelta(minutes=nth), who)
    for nth, who in enumerate((Tell.REVIEWER, Tell.EDITOR))
]


@pytest.fixture
def late(desk: Desk, editor: User) -> Claim:
    """A late claim that somebody reviews, on a desk whose ladder tells the reviewer."""
    make.with_ladder(desk, TO_BOTH[0])
    claim = make.a_claim(desk, State.IN_REVIEW, by=editor, reviewer=make.a_reviewer(desk))
    make.fall_late(claim, editor)
    return make.fresh(claim)


@pytest.fixture
def mail_server(monkeypatch: pytest.MonkeyPatch, editor: User) -> User:
    """The editor, in a newsroom that has a mail server."""
    monkeypatch.setattr(settings, "MAIL_ENABLED", True)
    return editor


def climb(claim: Claim) -> None:
    raise_due_flags()
    read_notices(claim)


def read_notices(claim: Claim) -> None:
    """The notices come as far as the claim's history does."""
    events = list(claim.events.order_by("seq"))
    tell(events)
    place = {"tx": events[-1].tx, "event": events[-1].pk}
    FeedMark.objects.update_or_create(reader=READER, defaults=place)


def said(claim: Claim, reader: User) -> list[str]:
    """The steps of the ladder as this person reads them, the newest first."""
    events = list(claim.events.order_by("-seq"))
    look_who_heard(events, make.viewer(reader))
    return [
        entry.words
        for event, entry in zip(events, entries(events, database_time(), reader.pk), strict=True)
        if event.type == "claim.escalate"
    ]


def test_it_names_who_was_told_once_the_notices_have_come_to_it(late: Claim, desk: Desk, editor: User) -> None:
    raise_due_flags()
    assert said(late, editor) == [f"Tells the reviewer: late, for the reviewer. Ladder of {desk} desk"]
    read_notices(late)
    reviewer = late.assignments.get().reviewer.user
    assert said(late, editor) == [f"Told {reviewer.full_name} (notice): late, for the reviewer. Ladder of {desk} desk"]
    assert said(late, reviewer) == [f"Told you (notice): late, for the reviewer. Ladder of {desk} desk"]


def test_nobody_was_told_where_nobody_wants_to_hear_it(late: Claim, desk: Desk, editor: User) -> None:
    reviewer = late.assignments.get().reviewer.user
    NoticeChoice.objects.create(user=reviewer, reason=NoticeReason.LATE, in_app=False, by_mail=ByMail.OFF)
    climb(late)
    assert said(late, editor) == [f"Told nobody: late, for the reviewer. Ladder of {desk} desk"]


def test_a_second_step_of_the_day_that_told_nobody_anew_says_so(late: Claim, desk: Desk, editor: User) -> None:
    climb(late)
    Notice.objects.update(event=late.events.earliest("seq"))  # as if an earlier step had told them on that day
    assert said(late, editor) == [f"Told nobody again on that day: late, for the reviewer. Ladder of {desk} desk"]


@pytest.mark.parametrize(
    ("way", "letter", "ways"),
    [
        (ByMail.OFF, None, "notice"),
        (ByMail.AT_ONCE, None, "notice, mail not sent yet"),
        (ByMail.AT_ONCE, {"sent_at": "now"}, "notice, mail"),
        (ByMail.AT_ONCE, {"dropped": "The mail server refuses the address."}, "notice, mail not sent"),
        (ByMail.DIGEST, None, "notice, for the daily digest"),
    ],
)
def test_it_says_how_far_a_letter_came(
    late: Claim, mail_server: User, way: ByMail, letter: dict[str, str] | None, ways: str
) -> None:
    reviewer = late.assignments.get().reviewer.user
    User.objects.filter(pk=reviewer.pk).update(email="ilka@newsroom.example")
    NoticeChoice.objects.create(user=reviewer, reason=NoticeReason.LATE, in_app=True, by_mail=way)
    climb(late)
    if letter:
        Message.objects.update(**{name: database_time() if value == "now" else value for name, value in letter.items()})
    assert said(late, mail_server)[0].startswith(f"Told {reviewer.full_name} ({ways}): ")


def test_a_letter_that_nobody_could_write_reached_nobody(late: Claim, editor: User) -> None:
    reviewer = late.assignments.get().reviewer.user
    NoticeChoice.objects.create(user=reviewer, reason=NoticeReason.LATE, in_app=False, by_mail=ByMail.AT_ONCE)
    climb(late)
    assert said(late, editor)[0].startswith(f"Told {reviewer.full_name} (not reached): ")


def test_people_of_desks_that_the_reader_does_not_see_are_counted_and_not_named(late: Claim, editor: User) -> None:
    climb(late)
    reviewer = late.assignments.get().reviewer.user
    there = make.a_desk()
    make.joined(editor, there, DeskRole.EDITOR)
    act(late.pk, Action.CHANGE_DESK, make.viewer(editor), desk=there, reason="They know the ministry.")
    stranger, administrator = make.an_editor(there), make.an_administrator()
    assert said(late, stranger)[0].startswith("Told 1 person of another desk: ")
    assert said(late, administrator)[0].startswith(f"Told {reviewer.full_name} (notice): ")


def test_a_webhook_that_took_it_is_named_to_administrators_alone(late: Claim, editor: User) -> None:
    climb(late)
    administrator = make.an_administrator()
    key: ApiKey = make_key(name="CMS", scopes=[Scope.EVENTS_READ, Scope.CLAIMS_READ], by=None)[0]
    webhook, _secret = make_webhook(make.viewer(administrator), name="CMS", url="https://cms.example/", key=key)
    step = ClaimEvent.objects.get(type="claim.escalate")
    sent = WebhookDelivery.objects.create(
        webhook=webhook, event=step, claim=late.pk, made_at=step.recorded_at, next_attempt_at=step.recorded_at
    )
    assert "webhook" not in said(late, administrator)[0]
    done = {"state": DeliveryState.DELIVERED, "status": 204, "delivered_at": step.recorded_at}
    WebhookDelivery.objects.filter(pk=sent.pk).update(**done)
    assert "(notice), the webhook “CMS”: " in said(late, administrator)[0]
    assert "webhook" not in said(late, editor)[0]


def test_it_asks_the_same_however_many_steps_there_are(late: Claim, editor: User) -> None:
    climb(late)
    (step,) = late.events.filter(type="claim.escalate")
    reader = make.viewer(editor)
    for many in (1, 50):
        steps = [ClaimEvent.objects.get(pk=step.pk) for _nth in range(many)]
        with CaptureQueriesContext(connection) as asked:
            look_who_heard(steps, reader)
            entries(steps, database_time(), editor.pk)
        assert len(asked) <= 4
