"""The sources page: every figure opens the list that adds up to it, whatever the data and the filters."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from claims.lifecycle import State
from claims.models import Claim, Desk, DeskRole, Source, SourceKind, User
from claims.services.proposing import GivenStep
from claims.verdicts import Outcome
from reviews.dashboard.filters import Filters, Period, read_filters
from reviews.dashboard.numbers import NUMBERS
from reviews.dashboard.reading import read
from reviews.dashboard.sources import CAVEAT, read_sources, record_of
from reviews.trackrecord import Part
from tests.api.conftest import signed_in, with_key
from tests.factories import (
    UNPROVEN,
    a_claim,
    a_desk,
    a_quote,
    a_reviewer,
    ahead,
    an_article,
    an_editor,
    dated,
    joined,
    now,
    put_on,
    review_by,
    viewer,
)

pytestmark = pytest.mark.django_db
QUOTES = ("The minister is likely to resign next week", "The minister", "She denied it on Monday")
OUTCOMES = [Outcome.BY_DATE, Outcome.BY_DATE, Outcome.DID_NOT_HAPPEN, Outcome.UNKNOWN]


@pytest.fixture
def desk() -> Desk:
    return a_desk(name="World")


def a_decided(desk: Desk, editor: User, outcome: Outcome, **given: Any) -> Claim:
    """A dated claim, decided with this outcome."""
    claim = a_claim(desk, by=editor, **{"own": dated(ahead(hours=3)), **given})
    reviewer = a_reviewer(desk)
    put_on(claim, reviewer, editor)
    review_by(claim, reviewer, replace(UNPROVEN, outcome=outcome))
    return claim


def some_claims(desks: list[Desk], editor: User, dice: random.Random, number: int = 14) -> None:
    """Dated claims of two articles, with chains of every kind, and some that are not decided or have no date."""
    texts = [an_article(outlet=f"Outlet {name}") for name in "AB"]
    people = [GivenStep(f"Person {n}", SourceKind.PERSON, "said") for n in range(3)]
    steps = [*people, GivenStep("Outlet A", SourceKind.OUTLET), GivenStep(note="Occasion not stated")]
    for _ in range(number):
        text = dice.choice(texts)
        chain = dice.sample(steps, dice.randrange(0, 4))
        quote = a_quote(text.revision, dice.choice(QUOTES))
        a_decided(dice.choice(desks), editor, dice.choice(OUTCOMES), quote=quote, chain=chain)
    a_claim(desks[0], State.QUEUED, by=editor, own=dated(ahead(hours=3)))
    a_claim(desks[0], State.DECIDED, by=editor)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_figure_equals_the_list_behind_it(seed: int, editor: User, desk: Desk) -> None:
    dice = random.Random(seed)  # noqa: S311 - test data, not a secret
    other = a_desk()
    joined(editor, other, DeskRole.EDITOR)
    some_claims([desk, desk, other], editor, dice)
    for given in ({}, {"desk": str(desk.pk)}, {"role": "made"}, {"role": "passed"}, {"decided_within": "30d"}):
        reading = read(editor, given, now())
        table = read_sources(reading)
        assert table.sources
        assert sum(row.tally.decided for row in table.hedges) == table.whole.count
        for row in [*table.sources, *table.hedges]:
            assert sum(figure.count for figure in row.figures) == row.whole.count
            for figure in (row.whole, *row.figures):
                asked = dict(re.findall(r"[?&](\w+)=([^&]*)", figure.href))
                filters = read_filters(asked, reading.home_zone)
                listed = NUMBERS["dated_decided"].listed(reading.viewer, filters, reading.now)
                numbers = list(listed.values_list("pk", flat=True))
                assert len(numbers) == len(set(numbers)) == figure.count, figure.href


def test_made_and_passed_on_add_up_for_every_source(editor: User, desk: Desk) -> None:
    some_claims([desk], editor, random.Random(4))  # noqa: S311 - as above
    who = viewer(editor)
    for source in Source.objects.all():
        record = record_of(source, who, Filters(), now())
        for part in Part:
            filters = Filters(source=source.pk, role=part.value)
            listed = NUMBERS["dated_decided"].claims(who, filters, now())
            assert listed.count() == record.parts[part].decided, (source, part)


def page(user: User, query: str = "") -> str:
    client = Client()
    client.force_login(user)
    answer = client.get(f"/desk/sources{query}")
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def test_a_search_for_what_no_name_holds_finds_nothing(editor: User, desk: Desk) -> None:
    some_claims([desk], editor, random.Random(5))  # noqa: S311 - as above
    assert 'dir="auto">Outlet A<' in page(editor, "?q=%00outlet")
    for asked in ("%00zz", "%25", "%5C", "'"):
        assert 'dir="auto">Outlet A<' not in page(editor, f"?q={asked}")


def test_a_share_is_shown_from_ten_and_the_caveat_always(editor: User, desk: Desk) -> None:
    text = an_article(outlet="Outlet A")
    for number in range(9):
        outcome = Outcome.BY_DATE if number else Outcome.UNKNOWN
        a_decided(desk, editor, outcome, quote=a_quote(text.revision))
    html = page(editor)
    assert str(CAVEAT) in html
    assert not re.search(r"\d+%, \d+ to \d+", html)
    a_decided(desk, editor, Outcome.BY_DATE, quote=a_quote(text.revision))
    html = page(editor)
    assert "90%, 60 to 98" in html
    assert "likely to”" in html
    assert "Likelihood, 55 to 80%" in html


def test_nothing_of_other_desks_is_counted(editor: User, desk: Desk) -> None:
    other = a_desk()
    theirs = a_decided(other, an_editor(other), Outcome.BY_DATE)
    outlet = theirs.appearances.get().revision.article.outlet
    assert "No claim with a date of its own has been decided here yet." in page(editor)
    assert record_of(outlet, viewer(editor), Filters(), now()).whole.decided == 0


def test_a_verdict_that_was_given_long_ago_is_left_out_of_a_period(editor: User, desk: Desk) -> None:
    claim = a_decided(desk, editor, Outcome.BY_DATE)
    outlet = claim.appearances.get().revision.article.outlet
    later = ahead(days=31)
    for period, expected in ((Period.MONTH, 0), (Period.QUARTER, 1), (Period.YEAR, 1)):
        assert record_of(outlet, viewer(editor), Filters(decided_within=period), later).whole.decided == expected


def test_the_page_takes_the_same_number_of_queries_for_more_sources(editor: User, desk: Desk) -> None:
    a_decided(desk, editor, Outcome.BY_DATE)
    client = Client()
    client.force_login(editor)
    client.get("/desk/sources")
    with CaptureQueriesContext(connection) as few:
        client.get("/desk/sources")
    some_claims([desk], editor, random.Random(5), 6)  # noqa: S311 - as above
    with CaptureQueriesContext(connection) as many:
        client.get("/desk/sources")
    assert len(many) == len(few) <= 10, [query["sql"][:90] for query in many]


def test_the_api_tells_the_same_with_the_caveat_and_links_to_the_claims(editor: User, desk: Desk) -> None:
    some_claims([desk], editor, random.Random(6))  # noqa: S311 - as above
    api = signed_in(editor)
    source = Source.objects.get(name="Outlet A")
    body = api.get(f"/sources/{source.pk}/track_record?decided_within=30d").body
    record = record_of(source, viewer(editor), Filters(decided_within=Period.MONTH), now())
    assert body["caveat"] == str(CAVEAT)
    assert body["all"]["decided"] == record.whole.decided > 0
    assert sum(row["decided"] for row in body["roles"]) == body["all"]["decided"]
    assert sum(row["decided"] for row in body["hedges"]) == body["all"]["decided"]
    for row in (body["all"], *body["roles"], *body["hedges"]):
        where = row["href"].split("/api/v1", 1)[1]
        assert len(api.get(f"{where}&limit=100").body["results"]) == row["decided"]
    assert (body["all"]["share"] is None) == (record.whole.decided < 10)
    assert api.get("/sources/999999/track_record").status == 404
    assert with_key(desks=(a_desk(),)).get(f"/sources/{source.pk}/track_record").body["all"]["decided"] == 0


def test_the_page_of_a_source_has_its_record(editor: User, desk: Desk) -> None:
    claim = a_decided(desk, editor, Outcome.DID_NOT_HAPPEN)
    outlet = claim.appearances.get().revision.article.outlet
    editor.is_staff = True
    editor.save(update_fields=["is_staff"])
    client = Client()
    client.force_login(editor)
    html = unescape(client.get(f"/admin/claims/source/{outlet.pk}/change/").content.decode())
    assert str(CAVEAT) in html
    addresses = set(re.findall(r'href="(/desk/list/dated_decided\?[^"]*outcome=did_not_happen&was=1)"', html))
    assert len(addresses) == 2
    for address in addresses:
        assert f"#{claim.pk}," in unescape(client.get(address).content.decode())
