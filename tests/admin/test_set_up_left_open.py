"""Pages of the set-up that were left open: nobody writes over what somebody else wrote before they have read it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from html import unescape
from html.parser import HTMLParser
from typing import Any

import pytest
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from claims.models import ApiKey, Desk, DeskRole, Membership, Scope, Source, User, Webhook
from claims.services.keys import make_key
from claims.services.laddering import written_down
from claims.services.webhooks import make_webhook
from reviews.models import Absence, DeadlinePolicy, Interest, Reviewer, ReviewPolicy, WorkCalendar
from reviews.models.calendar import office_hours
from tests import factories as make
from tests.admin.conftest import SignIn

Sent = dict[str, list[str]]


class Form(HTMLParser):
    """What a browser sends of the page's own form."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.sent, self.inside, self.chooses, self.writes = Sent(), False, "", ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.inside = told.get("id", "").endswith("_form")
        if not self.inside:
            return
        name, kind = told.get("name", ""), told.get("type", "")
        if tag == "input" and name and kind != "submit" and (kind not in {"checkbox", "radio"} or "checked" in told):
            self.sent.setdefault(name, []).append(told.get("value", "on" if kind == "checkbox" else ""))
        if tag == "select":
            self.chooses = name
        if tag == "option" and "selected" in told:
            self.sent.setdefault(self.chooses, []).append(told.get("value", ""))
        if tag == "textarea":
            self.writes = name
            self.sent[name] = [""]

    def handle_data(self, data: str) -> None:
        if self.writes:
            self.sent[self.writes][0] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self.writes = ""
        if tag == "form":
            self.inside = False


@pytest.fixture
def client(signed: SignIn) -> Client:
    return signed(make.an_administrator())


def page_of(row: Model) -> str:
    return reverse(f"admin:{row._meta.label_lower.replace('.', '_')}_change", args=[row.pk])


def opened(client: Client, row: Model) -> Sent:
    """The page as it was opened: what would be sent if nothing were changed."""
    return Form(client.get(page_of(row)).content.decode()).sent


def a_source() -> Source:
    return Source.objects.create(name="Harbour office", kind="organisation")


def a_calendar() -> WorkCalendar:
    return WorkCalendar.objects.create(name="Office", zone="Europe/Kyiv", hours=office_hours())


def a_deadline_policy() -> DeadlinePolicy:
    return DeadlinePolicy.objects.create(name="Usual", key="usual", hours_1=4, hours_2=8, hours_3=24, hours_4=72)


def a_review_policy() -> ReviewPolicy:
    return ReviewPolicy.objects.create(name="Two", key="two", kind="independent", judges=2, agreeing=2)


def a_key() -> ApiKey:
    return make_key(name="CMS", scopes=[Scope.EVENTS_READ, Scope.CLAIMS_READ], by=None)[0]


def a_webhook() -> Webhook:
    webhook, _ = make_webhook(make.viewer(make.an_administrator()), name="CMS", url="https://cms.example/", key=a_key())
    return webhook


def an_absence() -> Absence:
    reviewer = make.a_reviewer(make.a_desk())
    return Absence.objects.create(reviewer=reviewer, starts_at=make.ahead(days=1), ends_at=make.ahead(days=2))


@pytest.mark.parametrize(
    ("made", "theirs", "mine"),
    [
        (make.a_desk, {"warning_hours": 9}, {"name": "Harbour"}),
        (a_source, {"zone": "Europe/Oslo"}, {"name": "Office of the harbour"}),
        (make.a_person, {"email": "new@newsroom.example"}, {"first_name": "Maren"}),
        (a_calendar, {"country": "NO"}, {"name": "Office hours"}),
        (a_deadline_policy, {"hours_1": 2}, {"name": "As ever"}),
        (a_review_policy, {"judges": 3}, {"name": "Two of them"}),
        (a_key, {"scopes": ["events:read"]}, {"name": "Content system"}),
        (a_webhook, {"name": "Content"}, {"url": "https://content.example/"}),
        (an_absence, {"note": "Fishing"}, {"then": "pool"}),
        (lambda: make.a_reviewer(make.a_desk()), {"limit": 3}, {"topics": "ferries"}),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
@pytest.mark.django_db
def test_what_somebody_else_wrote_is_told_before_it_is_written_over(
    client: Client, made: Callable[[], Model], theirs: dict[str, Any], mine: dict[str, str]
) -> None:
    row = made()
    left_open, kind = opened(client, row), type(row)._default_manager
    kind.filter(pk=row.pk).update(**theirs)
    told = client.post(page_of(row), left_open | mine)
    assert told.status_code == 409
    page = unescape(told.content.decode())
    assert "Somebody else wrote here meanwhile: " in page
    assert next(iter(mine.values())) in page
    ((written, value),) = theirs.items()
    kept = kind.get(pk=row.pk)
    assert getattr(kept, written) == value
    assert client.post(page_of(row), Form(told.content.decode()).sent).status_code == 302
    ((written, _),) = mine.items()
    assert getattr(kind.get(pk=row.pk), written) != getattr(kept, written)


def test_what_stands_there_now_is_said_in_words(client: Client, desk: Desk) -> None:
    key = a_key()
    left_open = opened(client, key)
    key.desks.add(desk)
    ApiKey.objects.filter(pk=key.pk).update(
        expires_at=datetime(2031, 5, 6, 7, 8, tzinfo=UTC), scopes=[Scope.CLAIMS_READ]
    )
    page = unescape(client.post(page_of(key), left_open | {"name": "CMS 2"}).content.decode())
    for words in (desk.name, "6 May 2031, 07:08", str(Scope.CLAIMS_READ.label)):
        assert f"Somebody else wrote here meanwhile: {words}. Saved again, yours takes its place." in page


def test_roles_that_somebody_else_gave_are_not_taken_away_unread(client: Client, desk: Desk) -> None:
    person = make.joined(make.a_person(), desk, DeskRole.REVIEWER)
    left_open = opened(client, person)
    Membership.objects.filter(user=person).update(role=DeskRole.EDITOR)
    told = client.post(page_of(person), left_open | {"first_name": "Maren"})
    assert told.status_code == 409
    assert "somebody else changed these meanwhile" in unescape(told.content.decode())
    assert Membership.objects.get(user=person).role == DeskRole.EDITOR


def test_a_role_that_somebody_else_took_away_is_given_again_by_who_saves_once_more(client: Client, desk: Desk) -> None:
    other = make.a_desk()
    person = make.joined(make.joined(make.a_person(), desk, DeskRole.REVIEWER), other, DeskRole.EDITOR)
    left_open = opened(client, person)
    Membership.objects.filter(user=person, desk=desk).delete()
    told = client.post(page_of(person), left_open | {"first_name": "Maren"})
    assert (told.status_code, Membership.objects.filter(user=person).count()) == (409, 1)
    assert client.post(page_of(person), Form(told.content.decode()).sent).status_code == 302
    roles = Membership.objects.filter(user=person).values_list("desk", "role")
    assert set(roles) == {(desk.pk, DeskRole.REVIEWER), (other.pk, DeskRole.EDITOR)}


def test_a_step_of_a_ladder_that_somebody_else_took_away_stands_again_after_a_second_save(
    client: Client, desk: Desk
) -> None:
    ladder = written_down(desk)
    left_open, steps = opened(client, ladder), ladder.steps.count()
    ladder.steps.filter(key="editor").delete()
    told = client.post(page_of(ladder), left_open)
    assert (told.status_code, ladder.steps.count()) == (409, steps - 1)
    assert client.post(page_of(ladder), Form(told.content.decode()).sent).status_code == 302
    assert ladder.steps.count() == steps


def test_a_step_of_a_ladder_that_somebody_else_moved_stays_until_it_was_read(client: Client, desk: Desk) -> None:
    ladder = written_down(desk)
    left_open = opened(client, ladder)
    ladder.steps.filter(key="editor").update(minutes=90)
    assert client.post(page_of(ladder), left_open).status_code == 409
    assert ladder.steps.get(key="editor").minutes == 90


def test_an_interest_that_was_declared_meanwhile_is_told(client: Client, reviewer: Reviewer) -> None:
    left_open = opened(client, reviewer)
    Interest.objects.create(reviewer=reviewer, source=a_source())
    told = client.post(page_of(reviewer), left_open | {"topics": "ferries"})
    assert (told.status_code, Interest.objects.count()) == (409, 1)
    assert "Harbour office" in unescape(told.content.decode())


def test_a_page_that_is_sent_in_vain_for_another_fault_forgets_nothing(client: Client, desk: Desk) -> None:
    left_open = opened(client, desk)
    Desk.objects.filter(pk=desk.pk).update(warning_hours=9)
    refused = client.post(page_of(desk), left_open | {"name": ""})
    page = unescape(refused.content.decode())
    assert "Somebody else wrote here meanwhile: 9." in page
    assert "Fill in “Name”." in page
    assert Desk.objects.get(pk=desk.pk).warning_hours == 9


def test_a_page_that_nobody_else_wrote_on_is_saved_at_once(client: Client, desk: Desk, editor: User) -> None:
    for row in (desk, editor, a_source(), a_key(), make.a_reviewer(desk), an_absence(), a_calendar(), a_webhook()):
        assert client.post(page_of(row), opened(client, row)).status_code == 302
