"""News items of three generations are read alike; what an item may not hold is pointed at."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from claims.errors import Invalid, NaiveTime, UnusableText
from claims.intake.ninjs import HTML, PLAIN, ItemWithheld, is_newer, read_item

TEXT = "The US may send generals to Moscow as early as next week, according to The Guardian.\n"
AT = datetime(2025, 11, 22, 1, 51, 32, tzinfo=UTC)
THREE: dict[str, Any] = {
    "uri": "https://newsukraine.rbc.ua/news/us-generals-1763776292.html",
    "type": "text",
    "version": "1",
    "versionCreated": "2025-11-22T02:00:00Z",
    "firstCreated": "2025-11-22T01:51:32Z",
    "embargoedUntil": "2025-11-22T06:00:00+02:00",
    "pubStatus": "usable",
    "language": "en_US",
    "by": "By Sample Author",
    "copyrightHolder": "RBC-Ukraine",
    "edNote": "Second lead",
    "headlines": [{"role": "web", "value": "Shorter"}, {"role": "main", "value": "US generals may head to Russia"}],
    "bodies": [
        {"role": "main", "contentType": "text/html", "value": f"<p>{TEXT}</p>"},
        {"role": "caption", "contentType": "text/plain", "value": "A caption"},
        {"role": "main", "contentType": "text/plain", "value": TEXT},
    ],
    "infoSources": [{"name": "The Guardian", "role": "originator"}],
}
RENAMED = {"embargoedUntil": "embargoed"}


def lowered(value: Any) -> Any:
    """A 3.x item as 2.x wrote it: names in lower case."""
    if isinstance(value, dict):
        return {str(RENAMED.get(name, name)).lower(): lowered(inner) for name, inner in value.items()}
    return [lowered(one) for one in value] if isinstance(value, list) else value


TWO = lowered(THREE)
ONE = {name: value for name, value in TWO.items() if name not in {"headlines", "bodies", "by"}} | {
    "headline": "US generals may head to Russia",
    "body_xhtml": f"<p>{TEXT}</p>",
    "body_text": TEXT,
    "byline": "Sample Author",
}


@pytest.mark.parametrize("sent", [THREE, TWO, ONE])
def test_items_of_every_generation_are_read_alike(sent: dict[str, Any]) -> None:
    item = read_item(sent)
    assert (item.uri, item.version, item.headline, item.language) == (
        *(THREE["uri"], "1"),
        *("US generals may head to Russia", "en-US"),
    )
    assert (item.body, item.kind, item.authors, item.outlet, item.note) == (
        *(TEXT, PLAIN, ["Sample Author"]),
        *("RBC-Ukraine", "Second lead"),
    )
    assert (item.published_at, item.published_raw) == (AT, "2025-11-22T01:51:32Z")
    assert (item.versioned_at, item.embargo_until) == (
        datetime(2025, 11, 22, 2, tzinfo=UTC),
        datetime(2025, 11, 22, 4, tzinfo=UTC),
    )


def body(*bodies: dict[str, Any], **more: Any) -> tuple[str, str]:
    item = read_item({"uri": "urn:x", "bodies": list(bodies), **more})
    return item.body, item.kind


def test_the_main_body_is_taken_and_plain_text_before_html() -> None:
    nitf = {"contenttype": "application/nitf+xml", "value": "<nitf/>"}
    caption = {"role": "caption", "contenttype": PLAIN, "value": "A caption"}
    page = {"role": "main", "contenttype": "text/html; charset=utf-8", "value": "<p>a</p>"}
    assert body(nitf, caption, page) == ("<p>a</p>", HTML)
    assert body(nitf, caption) == ("A caption", PLAIN)
    assert body({"value": "<p>a</p>"}) == ("<p>a</p>", HTML)
    assert body({"value": "1 < 2"}) == ("1 < 2", PLAIN)


@pytest.mark.parametrize(
    ("changed", "error", "pointer"),
    [
        ({"uri": None}, Invalid, "/ninjs/uri"),
        ({"uri": "u" * 501}, Invalid, "/ninjs/uri"),
        ({"uri": "urn:\x00"}, UnusableText, "/ninjs/uri"),
        ({"version": "\ud800"}, UnusableText, "/ninjs/version"),
        ({"type": "picture"}, Invalid, "/ninjs/type"),
        ({"type": "\x00"}, UnusableText, "/ninjs/type"),
        ({"pubStatus": "gone"}, Invalid, "/ninjs/pubStatus"),
        ({"bodies": []}, Invalid, "/ninjs/bodies"),
        ({"bodies": "text"}, Invalid, "/ninjs/bodies"),
        ({"headlines": ["text"]}, Invalid, "/ninjs/headlines"),
        ({"language": ["en"]}, Invalid, "/ninjs/language"),
        ({"firstCreated": "2025-11-22T01:51:32"}, NaiveTime, "/ninjs/firstCreated"),
        ({"embargoedUntil": "tomorrow"}, Invalid, "/ninjs/embargoedUntil"),
        ({"versionCreated": "1066-10-14T00:00:00Z"}, Invalid, "/ninjs/versionCreated"),
    ],
)
def test_what_an_item_may_not_hold_is_pointed_at(changed: dict[str, Any], error: type[Invalid], pointer: str) -> None:
    with pytest.raises(error) as refused:
        read_item(THREE | changed)
    assert refused.value.pointer == pointer


def test_a_role_that_is_no_text_is_no_main_one() -> None:
    odd = [{"role": ["main"], "value": "Odd"}, {"role": "main", "value": "The headline"}]
    assert read_item(THREE | {"headlines": odd}).headline == "The headline"


def test_a_withheld_item_is_refused_and_a_cancelled_one_needs_no_body() -> None:
    with pytest.raises(ItemWithheld):
        read_item(THREE | {"pubStatus": "withheld"})
    assert read_item({"uri": "urn:x", "pubstatus": "canceled"}).is_canceled


@pytest.mark.parametrize(
    ("sent", "known", "newer"),
    [
        (("2", None), ("1", None), True),
        (("10", None), ("9", None), True),
        (("1", None), ("2", AT), False),
        (("2", AT), ("2", None), None),
        (("b", AT), ("a", AT.replace(year=2024)), True),
        (("b", AT.replace(year=2024)), ("c", AT), False),
        (("b", AT), ("b", AT), None),
        (("b", None), ("a", None), True),
        (("", None), ("", None), True),
    ],
)
def test_versions_are_numbers_or_moments_or_come_as_they_come(
    sent: tuple[str, datetime | None],
    known: tuple[str, datetime | None],
    newer: bool | None,  # noqa: FBT001 - what is expected
) -> None:
    version, made = sent
    item = read_item(
        {"uri": "urn:x", "body_text": "a", "version": version, "versioncreated": made.isoformat() if made else None}
    )
    assert is_newer(item, *known) is newer
