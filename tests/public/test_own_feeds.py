"""Feeds that are not for everybody: who may open them, and what a calendar makes of them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import example, given, settings
from hypothesis import strategies as st

from claims.api import limits
from claims.deadlines import Precision
from claims.exports.icalendar import Deadline, Fate, calendar, folded
from claims.lifecycle import Action, DismissalReason, State
from claims.models import Claim, FeedSecret, Scope, User
from claims.services.feedsecrets import end_feed_secret, renew_feed_secret
from claims.services.proposing import GivenDate
from reviews.api import feeds
from reviews.services.acting import act
from tests import factories as make
from tests.public.atom import names_in

KYIV = ZoneInfo("Europe/Kyiv")
LATE, CALENDAR = "/feeds/late.atom", "/feeds/deadlines.ics"


@pytest.fixture(autouse=True)
def _fresh_limits() -> None:
    limits.REQUESTS = limits.Counter()


def opened(reader: Client, address: str, user: User, **more: str) -> Any:
    """What a program gets that shows the person's secret, and the status."""
    return reader.get(address, {"key": renew_feed_secret(user), **more})


def events(content: bytes) -> dict[str, Any]:
    """Every component of a calendar by its name, as a stranger's parser reads them."""
    found = icalendar.Calendar.from_ical(content)
    assert (found["VERSION"], found["X-WR-CALNAME"]) == ("2.0", found["NAME"])
    return {str(one["UID"]).split("@")[0]: one for one in found.walk() if one.name in {"VEVENT", "VTODO"}}


def a_deadline(**given_: Any) -> Deadline:
    usual: dict[str, Any] = {
        "uid": "claim-1-review-due@desk.example",
        "summary": "Review due",
        "description": "Queued",
        "moment": datetime(2026, 11, 26, 18, tzinfo=UTC),
        "days": None,
        "changed": datetime(2026, 11, 26, 10, tzinfo=UTC),
        "sequence": 1,
        "fate": Fate.OPEN,
        "priority": 3,
        "categories": ("queued", "World, abroad"),
        "link": "https://desk.example/1",
        "warning": timedelta(hours=8),
    }
    return Deadline(**{**usual, **given_})


def one(deadline: Deadline, *, as_todos: bool = False) -> Any:
    (found,) = events(calendar("Deadlines", [deadline], as_todos=as_todos)).values()
    return found


@settings(max_examples=60)
@given(st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=200))
@example("a;b,c\\n d\\;" + "ж" * 60 + "😀" * 30)
def test_any_words_come_through_whole_and_no_line_is_too_long(words: str) -> None:
    content = calendar("Deadlines", [a_deadline(summary=words)])
    assert max(len(line) for line in content.split(b"\r\n")) <= 75
    (found,) = events(content).values()
    assert str(found["SUMMARY"]) == words


def test_a_line_is_never_cut_inside_a_character() -> None:
    line = "SUMMARY:" + "é" * 80
    first, *further, end = [part.decode() for part in folded(line).split(b"\r\n")]  # half a character cannot be read
    assert "".join([first, *(part.removeprefix(" ") for part in further)]) == line
    assert (len(further), end) == (2, "")


@pytest.mark.parametrize("fold", [0, 1])
def test_the_hour_that_comes_twice_stays_two_moments(fold: int) -> None:
    moment = datetime(2026, 10, 25, 3, 30, tzinfo=KYIV, fold=fold)
    found = one(a_deadline(moment=moment))
    assert found["DTSTART"].dt == moment.astimezone(UTC)
    assert found["DTSTART"].dt.hour == (0 if fold == 0 else 1)


def test_whole_days_end_before_the_day_after_also_when_clocks_change() -> None:
    found = one(a_deadline(days=(date(2026, 10, 24), date(2026, 10, 25))))
    assert (found["DTSTART"].dt, found["DTEND"].dt) == (date(2026, 10, 24), date(2026, 10, 26))


def test_what_is_settled_leaves_calendars_and_lists() -> None:
    assert [one(a_deadline(fate=fate))["STATUS"] for fate in Fate] == ["CONFIRMED", "CANCELLED", "CANCELLED"]
    todos = [one(a_deadline(fate=fate), as_todos=True) for fate in Fate]
    assert [todo["STATUS"] for todo in todos] == ["NEEDS-ACTION", "COMPLETED", "CANCELLED"]
    assert todos[1]["COMPLETED"].dt == datetime(2026, 11, 26, 10, tzinfo=UTC)
    assert [todo["PRIORITY"] for todo in todos] == [5, 5, 5]
    (alarm,) = todos[0].walk("VALARM")
    assert (alarm["TRIGGER"].dt, alarm["TRIGGER"].params["RELATED"]) == (timedelta(hours=-8), "END")
    assert todos[1].walk("VALARM") == []


@pytest.fixture
def seated(db: None) -> tuple[User, Claim]:
    """A reviewer and a claim they are on, with a date of its own of whole days."""
    desk = make.a_desk()
    reviewer = make.a_reviewer(desk)
    days = GivenDate(date(2027, 3, 27), date(2027, 3, 28), Precision.DAY, "Europe/Kyiv", words="at the end of the week")
    claim = make.a_claim(desk, own=days)
    make.put_on(claim, reviewer, make.an_editor(desk))
    make.a_claim(desk)  # somebody else's
    return reviewer.user, make.fresh(claim)


def test_a_person_sees_the_dates_of_the_claims_they_are_on(seated: tuple[User, Claim], reader: Client) -> None:
    user, claim = seated
    answer = opened(reader, CALENDAR, user)
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer.headers["Cache-Control"] == "private, no-cache"
    found = events(answer.content)
    assert set(found) == {f"claim-{claim.pk}-review-due", f"claim-{claim.pk}-own-date"}
    due, own = found[f"claim-{claim.pk}-review-due"], found[f"claim-{claim.pk}-own-date"]
    assert claim.review_due_at is not None
    assert due["DTSTART"].dt == claim.review_due_at.replace(microsecond=0)
    assert (own["DTSTART"].dt, own["DTEND"].dt) == (date(2027, 3, 27), date(2027, 3, 29))
    assert claim.statement in str(due["SUMMARY"])
    assert "at the end of the week" in str(own["DESCRIPTION"])


def test_a_moved_date_is_the_same_event_with_a_later_number(seated: tuple[User, Claim], reader: Client) -> None:
    user, claim = seated
    name = f"claim-{claim.pk}-review-due"
    before = events(opened(reader, CALENDAR, user).content)[name]
    act(claim.pk, Action.SET_DUE, make.viewer(user), due=make.ahead(days=3), reason="More to read.")
    after = events(opened(reader, CALENDAR, user).content)[name]
    assert after["UID"] == before["UID"]
    assert after["SEQUENCE"] > before["SEQUENCE"]
    assert after["DTSTART"].dt > before["DTSTART"].dt


def test_an_editor_may_have_all_of_their_desks_and_settled_claims_are_taken_away(db: None, reader: Client) -> None:
    desk = make.a_desk()
    editor = make.an_editor(desk)
    dropped = make.a_claim(desk, by=editor)
    act(dropped.pk, Action.DISMISS, make.viewer(editor), reason=DismissalReason.OFF_SUBJECT)
    decided = make.a_claim(desk, State.DECIDED, by=editor)
    running = make.a_claim(desk, by=editor)
    make.a_claim(make.a_desk())
    assert events(opened(reader, CALENDAR, editor).content) == {}
    todos = events(opened(reader, CALENDAR, editor, whose="desks", component="vtodo").content)
    told = {name: str(todo["STATUS"]) for name, todo in todos.items()}
    assert told == {
        f"claim-{running.pk}-review-due": "NEEDS-ACTION",
        f"claim-{decided.pk}-review-due": "COMPLETED",
        f"claim-{dropped.pk}-review-due": "CANCELLED",
    }


def test_late_claims_and_passed_dates_are_entries_once_per_moment(
    db: None, reader: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feeds, "PAGE", 2)
    desk = make.a_desk()
    editor = make.an_editor(desk)
    late = make.a_claim(desk, by=editor)
    make.fall_late(late, editor)
    passed = [make.a_claim(desk, by=editor, own=make.dated(make.ahead(hours=-3 - n))) for n in range(3)]
    make.a_claim(make.a_desk(), own=make.dated(make.ahead(hours=-2)))
    names = names_in(reader, f"{LATE}?key={renew_feed_secret(editor)}")
    kinds = [name.split("claims/")[1].rsplit("/", 1)[0] for name in names]
    assert kinds == [f"{late.pk}/late", *(f"{claim.pk}/date_passed" for claim in passed)]


def test_only_a_key_a_session_or_the_persons_own_secret_opens_them(db: None, reader: Client) -> None:
    desk = make.a_desk()
    user = make.a_reviewer(desk).user
    for address in (LATE, CALENDAR):
        nobody = reader.get(address)
        assert (nobody.status_code, nobody.headers["WWW-Authenticate"]) == (401, 'Bearer realm="Claim Desk"')
        for wrong in ("", "x", "1_short", f"{user.pk}_{'a' * 43}", f"999999_{'a' * 43}"):
            assert reader.get(address, {"key": wrong}).status_code == 404, wrong
    _, shown = make.a_key(Scope.CLAIMS_READ)
    assert reader.get(LATE, headers={"Authorization": f"Bearer {shown}"}).status_code == 200
    assert reader.get(CALENDAR, headers={"Authorization": f"Bearer {shown}"}).status_code == 403
    _, weak = make.a_key(Scope.EVENTS_READ)
    assert reader.get(LATE, headers={"Authorization": f"Bearer {weak}"}).status_code == 403
    reader.force_login(user)
    assert reader.get(LATE).status_code == reader.get(CALENDAR).status_code == 200
    assert reader.get(f"{LATE}?before=nonsense").status_code == 400


def test_a_secret_is_kept_as_its_hash_and_ends_when_it_is_renewed_ended_or_its_person_leaves(
    db: None, reader: Client
) -> None:
    user = make.a_reviewer(make.a_desk()).user
    first = renew_feed_secret(user)
    assert first.split("_", 1)[1] not in str(FeedSecret.objects.values_list().get())
    second = renew_feed_secret(user)
    assert [reader.get(CALENDAR, {"key": key}).status_code for key in (first, second)] == [404, 200]
    user.is_active = False
    user.save(update_fields=["is_active"])
    assert reader.get(CALENDAR, {"key": second}).status_code == 404
    user.is_active = True
    user.save(update_fields=["is_active"])
    end_feed_secret(user)
    assert reader.get(CALENDAR, {"key": second}).status_code == 404


def test_their_owner_makes_renews_and_ends_them_on_their_own_page(db: None, reader: Client) -> None:
    user = make.a_reviewer(make.a_desk()).user
    user.is_staff = True
    user.save(update_fields=["is_staff"])
    reader.force_login(user)
    page = "/admin/reviews/notice/feeds/"
    assert "You have none yet." in reader.get(page).content.decode()
    made = reader.post(page, {"make": "1"})
    assert "no-store" in made.headers["Cache-Control"]
    assert f"{CALENDAR}?key={user.pk}_" in made.content.decode()
    assert "?key=" not in reader.get(page).content.decode()
    reader.post(page, {"end": "1"})
    assert not FeedSecret.objects.exists()


def test_a_calendar_that_has_not_changed_is_not_sent_again(seated: tuple[User, Claim], reader: Client) -> None:
    user, claim = seated
    key = {"key": renew_feed_secret(user)}
    tag = reader.get(CALENDAR, key).headers["ETag"]
    assert reader.get(CALENDAR, key, headers={"If-None-Match": tag}).status_code == 304
    act(claim.pk, Action.SET_DUE, make.viewer(user), due=make.ahead(days=3), reason="More to read.")
    assert reader.get(CALENDAR, key, headers={"If-None-Match": tag}).status_code == 200


def test_queries_do_not_grow_with_the_claims(db: None, reader: Client) -> None:
    desk = make.a_desk()
    editor = make.an_editor(desk)

    def asked(address: str, **more: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            reader.get(address, {"key": secret, **more})
        return len(queries)

    secret = renew_feed_secret(editor)
    make.a_claim(desk, by=editor, own=make.dated(make.ahead(hours=-3)))
    before = (asked(LATE), asked(CALENDAR, whose="desks"))
    for hours in (4, 5, 6):
        make.a_claim(desk, by=editor, own=make.dated(make.ahead(hours=-hours)))
    assert (asked(LATE), asked(CALENDAR, whose="desks")) == before
    assert max(before) <= 9
