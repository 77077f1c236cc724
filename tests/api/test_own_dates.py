"""A claim's own date in a body: every fault of it at once, with those of the rest, at its member."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.conftest import Api

PLAIN = {"statement": "The minister will resign.", "language": "en"}
DAY = {"until": "2026-12-04", "zone": "Europe/Kyiv"}
EITHER = "Write a date, for example 2026-11-27, or a time with its offset, for example 2026-11-27T18:00:00+02:00."
NO_ZONE = 'There is no time zone "Mars/Base". Use an IANA name such as Europe/Kyiv.'


def test_the_faults_of_an_own_date_come_with_those_of_the_rest(api: Api) -> None:
    own = {"from": "1200-01-01", "until": "soon", "zone": "Mars/Base", "precision": "hour"}
    answer = api.post("/claims", {**PLAIN, "priority": 9, "own_date": own})
    told = {fault["pointer"]: fault["detail"] for fault in answer.body["errors"]}
    assert (answer.status, set(told)) == (
        422,
        {"/priority", *(f"/own_date/{member}" for member in ("from", "until", "zone", "precision"))},
    )
    assert (told["/own_date/zone"], told["/own_date/until"]) == (NO_ZONE, EITHER)


@pytest.mark.parametrize(
    ("own", "pointers", "words"),
    [
        ({"zone": "Mars/Base"}, ["/own_date/zone"], "no time zone"),
        ({"from": "1200-01-01"}, ["/own_date/from"], "The year must lie between"),
        ({"until": "9998-01-01"}, ["/own_date/until"], "The year must lie between"),
        ({"from": "2026-13-01", "until": "2026-12-04T18:00"}, ["/own_date/from", "/own_date/until"], "2 fields"),
        ({"precision": "minute"}, ["/own_date/until"], "Precision minute needs times"),
        ({"from": "2026-12-01T18:00:00Z"}, ["/own_date/from"], "Precision day needs plain dates"),
        ({"from": "2026-12-30"}, ["/own_date"], "ends before it begins. Check from and until."),
        ({"until": "2011-12-30", "zone": "Pacific/Apia"}, ["/own_date"], "it never was there"),
    ],
)
def test_an_own_date_is_refused_at_the_member_that_is_wrong(
    api: Api, own: dict[str, Any], pointers: list[str], words: str
) -> None:
    answer = api.post("/claims", {**PLAIN, "own_date": {**DAY, **own}})
    assert (answer.status, answer.pointers) == (422, pointers)
    assert words in answer.body["detail"]


@pytest.mark.parametrize("precision", ["minute", "day", "hour"])
def test_what_is_no_date_is_refused_in_one_way_whatever_it_looks_like(api: Api, precision: str) -> None:
    for wrong in ("soon", "2026-13-01", "2026-W48-1", "2026-11-27T25:00:00Z", 7):
        own = {**DAY, "until": wrong, "precision": precision}
        told = api.post("/claims", {**PLAIN, "own_date": own}).body["errors"]
        assert [one["detail"] for one in told if one["pointer"] == "/own_date/until"] == [EITHER]
