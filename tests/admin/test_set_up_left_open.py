"""Pages of the set-up that were left open: nobody writes over what somebody else wrote before they have read it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape
from html.parser import HTMLParser
from typing import Any

import pytest
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from claims.models import ApiKey, Desk, DeskRole, LadderStep, Membership, Scope, Source, User, Webhook
from claims.services.keys import make_key
from claims.services.laddering import written_down
from claims.services.webhooks import make_webhook
from reviews.models import Absence, DeadlinePolicy, Interest, Reviewer, ReviewPolicy, WorkCalendar
from reviews.models.calendar import office_hours
from reviews.services.ladders import change_ladder
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
    ((their_field, value),) = theirs.items()
    kept = kind.get(pk=row.pk)
    assert getattr(kept, their_field) == value
    assert client.post(page_of(row), Form(told.content.decode()).sent).status_code == 302
    saved = kind.get(pk=row.pk)
    ((my_field, _),) = mine.items()
    assert getattr(saved, my_field) != getattr(kept, my_field)
    assert getattr(saved, their_field) == value


def test_what_stands_there_now_is_said_in_words(client: Client, desk: Desk) -> None:
    key = a_key()
    left_open = opened(client, key)
    key.desks.add(desk)
    ApiKey.objects.filter(pk=key.pk).update(
        expires_at=datetime(2031, 5, 6, 7, 8, tzinfo=UTC), scopes=[Scope.CLAIMS_READ]
    )
    page = unescape(client.post(page_of(key), left_open | {"name": "CMS 2"}).content.decode())
    for words in (desk.name, "6 May 2031, 07:08", str(Scope.CLAIMS_READ.label)):
        assert f"Somebody else wrote here meanwhile: {words}. You changed nothing here, so it stays." in page


def test_what_both_changed_is_told_once_and_then_written_over(client: Client, desk: Desk) -> None:
    left_open = opened(client, desk) | {"name": ["Harbour"], "due_hours_1": ["7"]}
    Desk.objects.filter(pk=desk.pk).update(name="Port", due_hours_1=7)
    told = client.post(page_of(desk), left_open)
    page = unescape(told.content.decode())
    assert "Somebody else wrote here meanwhile: Port. Saved again, yours takes its place." in page
    assert "meanwhile: 7" not in page  # both wrote the same
    assert client.post(page_of(desk), Form(told.content.decode()).sent).status_code == 302
    assert Desk.objects.get(pk=desk.pk).name == "Harbour"


def test_what_somebody_else_filled_emptied_ticked_or_chose_is_not_undone_by_a_second_save(
    client: Client, desk: Desk
) -> None:
    other, source, webhook, reviewer = make.a_desk(), a_source(), a_webhook(), make.a_reviewer(desk, topics=["law"])
    left_open = [opened(client, row) for row in (desk, source, webhook, reviewer)]
    Desk.objects.filter(pk=desk.pk).update(makers_may_review=not desk.makers_may_review)
    Source.objects.filter(pk=source.pk).update(aliases=["The office"], parent=Source.objects.create(name="City"))
    Webhook.objects.filter(pk=webhook.pk).update(types=["claim.publish"], is_enabled=False)
    Reviewer.objects.filter(pk=reviewer.pk).update(works_from="09:00", works_until="17:00", workdays=[1, 2], topics=[])
    mine = [{"name": "Harbour"}, {"zone": "Europe/Oslo"}, {"name": "Content"}, {"limit": "3"}]
    for row, sent, changed in zip((desk, source, webhook, reviewer), left_open, mine, strict=True):
        theirs = opened(client, row)
        told = client.post(page_of(row), sent | changed)
        assert told.status_code == 409
        assert client.post(page_of(row), Form(told.content.decode()).sent).status_code == 302
        marked = {"shown": [""], "csrfmiddlewaretoken": [""]}
        assert opened(client, row) | marked == theirs | {name: [value] for name, value in changed.items()} | marked
    key = a_key()
    sent = opened(client, key)
    key.desks.add(other)
    told = client.post(page_of(key), sent | {"name": "Content system"})
    assert client.post(page_of(key), Form(told.content.decode()).sent).status_code == 302
    key.refresh_from_db()
    assert (key.name, list(key.desks.all())) == ("Content system", [other])


def test_what_somebody_else_wrote_is_put_back_by_who_read_it_and_writes_so(client: Client, reviewer: Reviewer) -> None:
    Reviewer.objects.filter(pk=reviewer.pk).update(topics=["law"])
    left_open = opened(client, reviewer)
    Reviewer.objects.filter(pk=reviewer.pk).update(topics=["ferries"])
    told = Form(client.post(page_of(reviewer), left_open | {"limit": ["3"]}).content.decode()).sent
    assert told["topics"] == ["ferries"]
    assert client.post(page_of(reviewer), told | {"topics": ["law"]}).status_code == 302
    reviewer.refresh_from_db()
    assert (reviewer.topics, reviewer.limit) == (["law"], 3)


def test_a_time_is_the_same_however_a_browser_writes_it(client: Client, desk: Desk) -> None:
    reviewer = make.a_reviewer(desk)
    Reviewer.objects.filter(pk=reviewer.pk).update(works_from="09:00", works_until="17:00", workdays=[1])
    left_open = opened(client, reviewer)
    assert left_open["works_from"] == ["09:00:00"]
    Reviewer.objects.filter(pk=reviewer.pk).update(works_from="10:00")
    told = client.post(page_of(reviewer), left_open | {"works_from": ["09:00"], "limit": ["3"]})
    assert Form(told.content.decode()).sent["works_from"] == ["10:00:00"]


def test_roles_that_somebody_else_gave_are_not_taken_away_unread(client: Client, desk: Desk) -> None:
    person = make.joined(make.a_person(), desk, DeskRole.REVIEWER)
    left_open = opened(client, person)
    Membership.objects.filter(user=person).update(role=DeskRole.EDITOR)
    told = client.post(page_of(person), left_open | {"first_name": "Maren"})
    assert told.status_code == 409
    assert "somebody else changed these meanwhile" in unescape(told.content.decode())
    assert Membership.objects.get(user=person).role == DeskRole.EDITOR


def test_a_role_that_somebody_else_took_away_is_given_again_only_by_who_changed_it(client: Client, desk: Desk) -> None:
    other = make.a_desk()
    person = make.joined(make.joined(make.a_person(), desk, DeskRole.REVIEWER), other, DeskRole.EDITOR)
    for changed, kept in (({"memberships-0-can_triage": ["on"]}, True), ({"first_name": "Maren"}, False)):
        left_open = opened(client, person)
        assert left_open["memberships-0-desk"] == [str(desk.pk)]
        Membership.objects.filter(user=person, desk=desk).delete()
        told = client.post(page_of(person), left_open | changed)
        assert (told.status_code, Membership.objects.filter(user=person).count()) == (409, 1)
        assert client.post(page_of(person), Form(told.content.decode()).sent).status_code == 302
        roles = set(Membership.objects.filter(user=person).values_list("desk", "role"))
        assert roles == {(other.pk, DeskRole.EDITOR), *([(desk.pk, DeskRole.REVIEWER)] if kept else [])}
        Membership.objects.filter(user=person).delete()
        make.joined(make.joined(person, desk, DeskRole.REVIEWER), other, DeskRole.EDITOR)


def test_of_a_row_beneath_only_what_was_changed_takes_the_place_of_what_somebody_else_wrote(
    client: Client, desk: Desk
) -> None:
    person, other = make.joined(make.a_person(), desk, DeskRole.REVIEWER), make.a_desk()
    left_open = opened(client, person)
    Membership.objects.filter(user=person).update(role=DeskRole.EDITOR, can_triage=True)
    make.joined(person, other, DeskRole.REVIEWER)
    told = client.post(page_of(person), left_open | {"memberships-0-role": ["administrator"]})
    page = unescape(told.content.decode())
    assert "Saved again, only what you changed yourself takes the place of theirs." in page
    left_open |= {"memberships-0-can_triage": ["on"], "first_name": ["Maren"]}
    Membership.objects.filter(user=person, desk=desk).update(can_triage=False)
    told = client.post(page_of(person), left_open)
    assert client.post(page_of(person), Form(told.content.decode()).sent).status_code == 302
    roles = set(Membership.objects.filter(user=person).values_list("desk", "role", "can_triage"))
    assert roles == {(desk.pk, DeskRole.EDITOR, True), (other.pk, DeskRole.REVIEWER, False)}


def test_a_row_beneath_that_both_changed_says_at_its_field_what_stands_there(client: Client, desk: Desk) -> None:
    ladder = written_down(desk)
    left_open = opened(client, ladder)
    nth = next(n for n in range(9) if left_open[f"steps-{n}-name"] == [ladder.steps.get(key="editor").name])
    theirs = [
        replace(step, offset=timedelta(minutes=90), name="Tell all editors") if step.key == "editor" else step
        for step in (row.rule for row in ladder.steps.all())
    ]
    change_ladder(desk, theirs, make.viewer(make.an_administrator()))
    told = client.post(page_of(ladder), left_open | {f"steps-{nth}-when": ["3 h after"]})
    page = unescape(told.content.decode())
    assert "Somebody else wrote here meanwhile: 90 min after. Saved again, yours takes its place." in page
    assert client.post(page_of(ladder), Form(told.content.decode()).sent).status_code == 302
    kept = ladder.steps.get(key="editor")
    assert (kept.minutes, kept.name) == (180, "Tell all editors")


def test_a_step_of_a_ladder_that_somebody_else_took_away_stands_again_only_where_it_was_changed(
    client: Client, desk: Desk
) -> None:
    ladder = written_down(desk)
    steps, rows = ladder.steps.count(), list(ladder.steps.values())
    for changed in (False, True):
        left_open = opened(client, ladder)
        nth = next(n for n in range(steps) if left_open[f"steps-{n}-name"] == [ladder.steps.get(key="editor").name])
        ladder.steps.filter(key="editor").delete()
        told = client.post(page_of(ladder), left_open | ({f"steps-{nth}-name": ["Tell them"]} if changed else {}))
        assert (told.status_code, ladder.steps.count()) == (409, steps - 1)
        assert client.post(page_of(ladder), Form(told.content.decode()).sent).status_code == 302
        assert ladder.steps.filter(name="Tell them").exists() is changed
        assert ladder.steps.count() == steps - (not changed)
        ladder.steps.all().delete()
        LadderStep.objects.bulk_create([LadderStep(**row) for row in rows])


def test_a_step_of_a_ladder_that_somebody_else_added_stays(client: Client, desk: Desk) -> None:
    ladder = written_down(desk)
    left_open, steps = opened(client, ladder), ladder.steps.count()
    LadderStep.objects.create(
        ladder=ladder, key="more", name="Once more", track="review_due", minutes=2000, tell="editor"
    )
    told = client.post(page_of(ladder), left_open)
    assert (told.status_code, ladder.steps.count()) == (409, steps + 1)
    assert client.post(page_of(ladder), Form(told.content.decode()).sent).status_code == 302
    assert ladder.steps.filter(key="more").exists()
    assert ladder.steps.count() == steps + 1


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
