"""Every number equals its list, and the parts sum to the whole, at any moment and under any filters."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from statistics import median
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django.plugin import DjangoDbBlocker

from claims.deadlines import TimeFlag
from claims.errors import Invalid
from claims.lifecycle import OPEN_STATES, State
from claims.models import Claim, Decision, Desk
from claims.permissions import Viewer
from reviews.dashboard.charts import Chart, week_of
from reviews.dashboard.filters import NOBODY, SAID_ONLY, Age, Filters, read_filters
from reviews.dashboard.numbers import NUMBERS, common_zone, counts, median_to_verdict, newsroom_zone, tally
from reviews.dashboard.reading import Reading
from reviews.dashboard.series import due_and_decided
from reviews.models import Assignment, Reviewer
from reviews.services.queue import day_start
from tests.factories import (
    a_claim,
    a_desk,
    a_quote,
    a_reviewer,
    ahead,
    an_administrator,
    an_article,
    an_editor,
    dated,
    now,
    viewer,
)
from tests.worlds import kept_for_a_module

pytestmark = pytest.mark.django_db

STATES = [*State, State.QUEUED, State.QUEUED, State.DECIDED]
LATER = [timedelta(0), timedelta(hours=5), timedelta(hours=13), timedelta(days=2), timedelta(days=9)]
ZONES = ["UTC", "Europe/Kyiv", "America/New_York"]


def dice(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 - test data, not a secret


class Newsroom:
    """Three desks with a mixture of claims, made by the real services, and dice for what is asked of them."""

    def __init__(self) -> None:
        self.dice = dice(0)
        self.desks = [a_desk(zone=zone) for zone in ("Europe/Kyiv", "Europe/Kyiv", "America/New_York")]
        self.people = {desk: [a_reviewer(desk), a_reviewer(desk)] for desk in self.desks}
        self.editor = an_editor(self.desks[0])
        self.texts = [an_article(language=language) for language in ("en", "uk")]
        self.claims = [self._claim(state) for state in STATES * 2]

    def _claim(self, state: State) -> Claim:
        desk, text = self.dice.choice(self.desks), self.dice.choice(self.texts)
        return a_claim(
            desk,
            state,
            reviewer=self.dice.choice(self.people[desk]),
            priority=self.dice.randint(1, 4),
            quote=a_quote(text.revision),
            language=text.article.language,
            own=dated(ahead(hours=self.dice.uniform(1, 100))) if self.dice.random() < 0.6 else None,
        )

    def moment(self) -> datetime:
        return now() + self.dice.choice(LATER)

    def reviewers(self) -> list[Reviewer]:
        return [person for people in self.people.values() for person in people]

    def filters(self) -> Filters:
        """Any combination of narrowings."""
        pick = self.dice.choice
        return Filters(
            desk=pick([None, None, *(desk.pk for desk in self.desks)]),
            language=pick(["", "", "en", "uk"]),
            outlet=pick([None, None, *(text.article.outlet_id for text in self.texts)]),
            reviewer=pick([None, None, None, NOBODY, *(person.pk for person in self.reviewers())]),
            age=pick(["", "", "", *Age.values]),
            verdict=pick(["", "", "", "unproven", SAID_ONLY]),
            zone=pick(ZONES),
        )

    def viewers(self) -> list[Viewer]:
        return [viewer(an_administrator()), viewer(self.editor), viewer(self.people[self.desks[2]][0])]


@pytest.fixture(scope="module")
def newsroom(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Newsroom]:
    assert django_db_setup is None
    with kept_for_a_module(django_db_blocker):
        yield Newsroom()


@pytest.mark.parametrize(
    ("zone", "within", "began"),
    [
        ("America/Havana", "2026-11-01T05:30", "2026-11-01T04:00"),  # their clocks show midnight twice
        ("Atlantic/Azores", "2026-10-25T01:30", "2026-10-25T00:00"),
        ("Asia/Beirut", "2026-03-29T12:00", "2026-03-28T22:00"),  # here they skip it
        ("Asia/Kathmandu", "2026-03-29T12:00", "2026-03-28T18:15"),
    ],
)
def test_a_day_begins_with_its_first_moment_where_clocks_change_at_midnight(zone: str, within: str, began: str) -> None:
    moment, first = (datetime.fromisoformat(f"{words}+00:00") for words in (within, began))
    assert Filters(zone=zone).day_start(moment).astimezone(UTC) == first
    with timezone.override(zone):
        assert day_start(moment).astimezone(UTC) == first


@pytest.mark.parametrize("seed", [1, 2])
def test_every_number_equals_the_length_of_its_list_for_everybody_at_any_moment(newsroom: Newsroom, seed: int) -> None:
    newsroom.dice = dice(seed)
    seen = 0
    for who in newsroom.viewers():
        for _ in range(12):
            filters, moment = newsroom.filters(), newsroom.moment()
            listed = {key: number.listed(who, filters, moment) for key, number in NUMBERS.items()}
            lists = {key: list(rows.values_list("pk", flat=True)) for key, rows in listed.items()}
            assert counts(who, filters, moment) == {key: len(rows) for key, rows in lists.items()}
            assert all(len(set(rows)) == len(rows) for rows in lists.values())
            seen += sum(map(len, lists.values()))
    assert seen > 0


@pytest.mark.parametrize("seed", [3, 4])
def test_every_number_is_what_its_definition_says_claim_by_claim(newsroom: Newsroom, seed: int) -> None:
    newsroom.dice = dice(seed)
    who = viewer(an_administrator())
    everything = [Known(claim) for claim in Claim.objects.all()]
    for zone in ZONES:
        moment, filters = newsroom.moment(), Filters(zone=zone)
        for key, number in NUMBERS.items():
            found = {claim.pk for claim in number.claims(who, filters, moment)}
            assert found == {one.claim.pk for one in everything if holds(key, one, moment, zone)}, key


class Known:
    """A claim, and what stands about it."""

    def __init__(self, claim: Claim) -> None:
        self.claim = claim
        self.decisions = list(Decision.objects.filter(claim=claim))
        self.standing = next((row for row in self.decisions if row.standing), None)
        self.reviews = list(claim.reviews.all())
        self.nobody = not Assignment.objects.open().filter(claim=claim).exists()


def decided_rounds(known: Known) -> list[list[tuple[str, str]]]:
    """What was answered, but for adjudicators, in each round that ended in a decision."""
    moments = {row.decided_at for row in known.decisions}
    ended = {review.round for review in known.reviews if review.submitted_at in moments}
    return [
        [(one.said, one.so) for one in known.reviews if one.round == number and one.part != "adjudication"]
        for number in sorted(ended)
    ]


def of_the_year(key: str, known: Known, moment: datetime) -> bool:
    """The numbers of verdicts over twelve months."""
    year, standing, every = moment - timedelta(days=365), known.standing, known.decisions
    told = [row for row in every if row.published_at is not None and year < row.published_at <= moment]
    if key in {"published_12m", "corrected_12m"}:
        return any(key == "published_12m" or row.correction_class for row in told)
    if standing is None or not any(row.number == 1 and year < row.decided_at <= moment for row in every):
        return False
    return {
        "decided_12m": standing.so != "",
        "said_checked_12m": standing.said in {"accurate", "altered"},
        "quoted_accurately_12m": standing.said == "accurate",
    }[key]


def holds(key: str, known: Known, moment: datetime, zone: str) -> bool:
    """The definitions again, for one claim and without the database's help."""
    claim, standing, nobody = known.claim, known.standing, known.nobody
    flags = claim.time_flags(moment, standing)
    due, first_due = claim.review_due_at, claim.first_review_due_at
    is_open = claim.state in OPEN_STATES
    if key in {"first_due_7d", "on_time_7d"}:
        counted = claim.state not in {State.PROPOSED, State.DISMISSED} and first_due is not None
        fell = counted and first_due is not None and moment - timedelta(days=7) <= first_due < moment
        decided = [row.decided_at for row in known.decisions]
        return fell and (key == "first_due_7d" or any(at <= first_due for at in decided if first_due))
    if key in {"judged_by_several", "judged_alike"}:
        several = [answers for answers in decided_rounds(known) if len(answers) > 1]
        return bool(several) and (key == "judged_by_several" or all(len(set(answers)) == 1 for answers in several))
    if key.endswith("_12m"):
        return of_the_year(key, known, moment)
    midnight = moment.astimezone(ZoneInfo(zone)).replace(hour=0, minute=0, second=0, microsecond=0)
    return {
        "late": TimeFlag.LATE in flags,
        "date_passed": TimeFlag.DATE_PASSED in flags,
        "due_24h": is_open and due is not None and moment <= due < moment + timedelta(hours=24),
        "open": is_open,
        "unassigned": claim.state == State.QUEUED and nobody,
        "second_opinion": claim.state == State.SECOND_OPINION,
        "dated_decided": claim.confirm_by is not None and standing is not None and standing.outcome != "",
        "decided_today": claim.state == State.DECIDED and standing is not None and standing.decided_at >= midnight,
    }[key]


def test_desks_sum_to_all_and_ages_sum_to_open_with_their_late_part(newsroom: Newsroom) -> None:
    who = viewer(an_administrator())
    for later in LATER:
        moment, filters = now() + later, Filters()
        whole = counts(who, filters, moment)
        parts = [counts(who, filters.having(desk=desk.pk), moment) for desk in Desk.objects.all()]
        assert {key: sum(part[key] for part in parts) for key in NUMBERS} == whole
        aged = [counts(who, filters.having(age=age.value), moment) for age in Age]
        assert sum(row["open"] for row in aged) == whole["open"]
        assert sum(row["late"] for row in aged) == whole["late"]
    assert whole["open"] == whole["late"] > 0
    assert len(newsroom.claims) > whole["open"]


def test_verdicts_sum_to_decided_today_and_people_with_nobody_cover_open(newsroom: Newsroom) -> None:
    who, moment = viewer(an_administrator()), now()
    whole = counts(who, Filters(), moment)
    verdicts = [counts(who, Filters(verdict=key), moment)["decided_today"] for key in ("unproven", SAID_ONLY)]
    assert sum(verdicts) == whole["decided_today"] > 0
    loads = tally([("open", "reviewer")], who, Filters(), moment)["open", "reviewer"]
    for person in newsroom.reviewers():
        assert loads.get(str(person.pk), 0) == counts(who, Filters(reviewer=person.pk), moment)["open"]
    assert loads[None] == counts(who, Filters(reviewer=NOBODY), moment)["open"] > 0
    held = {claim.pk for claim in NUMBERS["open"].claims(who, Filters(), moment) if claim.assignments.open().exists()}
    assert counts(who, Filters(reviewer=NOBODY), moment)["open"] == whole["open"] - len(held)


def test_the_gap_of_the_chart_at_now_equals_late(newsroom: Newsroom) -> None:
    who = viewer(an_administrator())
    lates = set()
    for later in LATER:
        moment = now() + later
        for zone in ZONES:
            for desk in [None, newsroom.desks[0].pk]:
                filters = Filters(desk=desk, zone=zone)
                late = counts(who, filters, moment)["late"]
                assert due_and_decided(Reading(who, filters, moment, "UTC", ())).gap(moment) == late
                lates.add(late)
    assert len(lates) > 2


def test_ahead_of_now_the_gap_is_what_still_has_to_be_decided_by_then(newsroom: Newsroom) -> None:
    reading = Reading(viewer(an_administrator()), Filters(), now(), "UTC", ())
    chart = due_and_decided(reading)
    week = week_of(reading.now, "UTC")
    undecided = Claim.objects.open().filter(review_due_at__lt=week.end)
    assert chart.gap(week.end) == undecided.count() > 0
    assert isinstance(chart, Chart)
    assert len(newsroom.claims) >= chart.due.at(week.end)


@pytest.mark.parametrize(("by", "values"), [("age", list(Age.values)), ("verdict", ["unproven", SAID_ONLY])])
@pytest.mark.usefixtures("newsroom")
def test_groups_are_what_the_filter_of_that_name_leaves(by: str, values: list[str]) -> None:
    who, key = viewer(an_administrator()), "decided_today" if by == "verdict" else "open"
    moment = now() + timedelta(hours=0 if by == "verdict" else 6)  # in six hours it may be tomorrow
    groups = tally([(key, by)], who, Filters(), moment)[key, by]
    assert groups == {
        value: count for value in values if (count := counts(who, Filters().having(**{by: value}), moment)[key])
    }
    assert groups


def test_all_numbers_cost_one_statement() -> None:
    a_claim(a_desk())
    who = viewer(an_administrator())
    with CaptureQueriesContext(connection) as asked:
        counts(who, Filters(), now())
    assert len(asked) == 1


def test_the_median_to_verdict_is_the_middle_of_first_decisions_of_the_week(newsroom: Newsroom) -> None:
    who = viewer(an_administrator())
    for desk in [None, *(desk.pk for desk in newsroom.desks)]:
        rows = Decision.objects.filter(number=1, claim__state=State.DECIDED).select_related("claim")
        spans = [
            (row.decided_at - row.claim.accepted_at).total_seconds()
            for row in rows
            if row.claim.accepted_at and desk in {None, row.claim.desk_id}
        ]
        middle = median_to_verdict(who, Filters(desk=desk), now())
        seconds = middle.total_seconds() if middle is not None else None
        assert seconds == (pytest.approx(median(spans), abs=0.001) if spans else None)
    assert median_to_verdict(who, Filters(), now() + timedelta(days=8)) is None


def test_days_start_in_the_zone_most_desks_are_in() -> None:
    for zone in ("Europe/Kyiv", "Asia/Tokyo", "Europe/Kyiv"):
        a_desk(zone=zone)
    assert newsroom_zone() == "Europe/Kyiv"
    assert common_zone(["Europe/Kyiv", "Asia/Tokyo"]) == "Asia/Tokyo"
    assert common_zone([]) == "UTC"


def test_a_decision_counts_as_today_from_midnight_of_the_zone() -> None:
    desk = a_desk()
    decided = Decision.objects.get(claim=a_claim(desk, State.DECIDED)).decided_at
    who = viewer(an_administrator())
    for zone in ZONES:
        midnight = (decided.astimezone(ZoneInfo(zone)) + timedelta(days=1)).replace(hour=0, minute=0, second=0)
        assert counts(who, Filters(zone=zone, desk=desk.pk), midnight - timedelta(seconds=1))["decided_today"] == 1
        assert counts(who, Filters(zone=zone, desk=desk.pk), midnight)["decided_today"] == 0


@pytest.mark.parametrize(
    "given",
    [
        {"desk": "world"},
        {"desk": "-1"},
        {"outlet": "9" * 30},
        {"age": "old"},
        {"verdict": "true"},
        {"zone": "Mars/Olympus"},
        {"reviewer": "me"},
    ],
)
def test_a_filter_that_cannot_apply_is_refused_by_name(given: dict[str, str]) -> None:
    with pytest.raises(Invalid):
        read_filters(given, "UTC")


def test_filters_are_read_from_an_address() -> None:
    given = {"desk": "3", "reviewer": "nobody", "age": "over_7d", "language": "en", "page": "2"}
    assert read_filters(given, "Europe/Kyiv") == Filters(
        desk=3, reviewer=NOBODY, age="over_7d", language="en", zone="Europe/Kyiv"
    )
