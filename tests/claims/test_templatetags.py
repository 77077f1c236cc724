"""The template tags: the right form for each kind of marker, with a word beside every icon."""

import json
from datetime import UTC, datetime, timedelta
from html import unescape
from types import SimpleNamespace

import pytest
from django.template import Context, Template
from django.template.loader import render_to_string
from django.utils import timezone

NOW = datetime(2025, 11, 26, 12, 32, tzinfo=UTC)
LATE = NOW - timedelta(hours=5, minutes=32)
SOON = NOW + timedelta(hours=3, minutes=28)
FAR = NOW + timedelta(hours=21, minutes=28)


def shown(source: str, **context: object) -> str:
    template = Template("{% load claimdesk claimdesk_bars claimdesk_script %}" + source)
    with timezone.override("Europe/Kyiv"):
        return template.render(Context({"now": NOW, **context}))


def test_an_icon_without_a_word_has_a_name_and_one_beside_a_word_is_silent() -> None:
    assert 'role="img" aria-label="In review"' in shown("{% state_icon 'in_review' %}")
    chip = shown("{% state_chip 'queued' %}")
    assert 'aria-hidden="true"' in chip
    assert chip.endswith("Queued</span>")


def test_what_people_write_is_escaped() -> None:
    assert "&lt;b&gt;" in shown("{% state_chip 'queued' text %}", text="<b>")
    assert "&lt;b&gt;" in shown("{% note 'idle' text %}", text="<b>")


@pytest.mark.parametrize(
    ("due", "kind", "words", "drawn"),
    [
        (LATE, "late", "5 h 32 min late", "#f-late"),
        (SOON, "soon", "in 3 h 28 min", "#f-soon"),
        (FAR, "plain", "in 21 h", None),
    ],
)
def test_the_form_of_a_deadline_follows_the_clock(due: datetime, kind: str, words: str, drawn: str | None) -> None:
    chip = shown("{% deadline_chip due %}", due=due)
    assert f'class="cd-chip cd-chip-{kind}"' in chip
    assert f">{words}</span>" in chip
    assert (drawn in chip) if drawn else ("<svg" not in chip)
    assert f'data-cd-due="{due.isoformat()}" data-cd-warn="28800"' in chip


def test_a_chip_may_name_the_whole_deadline() -> None:
    assert "Review due today 18:00, <span" in shown("{% deadline_chip due now 8 full=True %}", due=SOON)


def test_a_claim_that_is_not_open_has_no_deadline() -> None:
    assert shown("{% deadline_chip due open=False %}", due=LATE) == ""
    assert "No review due" in shown("{% deadline_chip due %}", due=None)


def test_the_line_under_the_chip_says_was_due_once_it_is_past() -> None:
    assert ">was due today 09:00</time>" in shown("{% due_line due %}", due=LATE)
    ahead = shown("{% due_line due %}", due=SOON)
    assert ">today 18:00</time>" in ahead
    assert 'data-cd-past="was due today 18:00"' in ahead


def test_a_moment_is_relative_and_absolute_with_utc_in_its_title() -> None:
    written = shown("{% when moment %}", moment=LATE)
    assert 'title="26 Nov 2025 07:00:00 UTC"' in written
    assert "<span data-cd-moment>5 h ago</span>, today 09:00</time>" in written
    assert ">today 09:00</time>" in shown("{% when moment form='absolute' %}", moment=LATE)
    assert ">Wed 26 Nov</time>" in shown("{% when moment form='day' %}", moment=LATE)


def test_its_own_date_is_written_with_what_its_zone_means() -> None:
    claim = SimpleNamespace(
        confirm_from=datetime(2025, 11, 27, 5, tzinfo=UTC),
        confirm_by=datetime(2025, 11, 28, 4, 59, 59, 999999, tzinfo=UTC),
        confirm_precision="day",
        confirm_zone="America/New_York",
        confirm_zone_basis="outlet",
    )
    written = shown("{% own_date claim %}", claim=claim)
    assert ">Thu 27 Nov, end of day</time>" in written
    assert "New York assumed from the outlet, so Fri 28 Nov 06:59 in Kyiv." in written
    assert "Its date is tomorrow" in shown("{% own_date_note claim %}", claim=claim)
    later = NOW + timedelta(days=3)
    assert "Date passed, unconfirmed" in shown("{% own_date_note claim later %}", claim=claim, later=later)


def test_an_answer_is_tinted_and_too_early_is_not_a_verdict() -> None:
    assert 'class="cd-chip cd-v-refuted"' in shown("{% verdict_chip 'refuted' %}")
    assert 'class="cd-chip cd-chip-note"' in shown("{% verdict_chip '' %}")
    assert "Too early" in shown("{% verdict_chip '' %}")
    assert 'class="cd-chip cd-chip-note"' in shown("{% said_chip 'altered' %}")


def test_a_shortened_count_keeps_the_exact_one_in_its_title() -> None:
    assert shown("{% count 12431 %}") == '<data value="12431" title="12,431">12.4 k</data>'
    assert shown("{% count 7 %}") == "7"


def test_a_load_bar_marks_the_limit_and_says_the_load() -> None:
    bar = shown("{% load_bar 11 10 %}")
    assert ">11 of 10</span>" in bar
    assert 'class="cd-f-late" x="76.92%" y="3" width="7.69%"' in bar


def test_a_stacked_bar_is_named_in_the_usual_order_and_has_no_style_attribute() -> None:
    bar = shown("{% verdict_bar counts %}", counts={"refuted": 1, "confirmed": 29})
    assert 'aria-label="Confirmed 29, Refuted 1"' in bar
    assert bar.index("cd-f-confirmed") < bar.index("cd-f-refuted")
    assert "style=" not in bar
    assert ">1</text>" not in bar


def test_no_verdicts_draw_no_bar() -> None:
    assert shown("{% verdict_bar counts %}", counts={}) == ""


def test_the_script_gets_the_pages_clock_and_words() -> None:
    written = shown("{% script_words %}")
    given = json.loads(unescape(written.split('data-words="')[1].split('"></template>')[0]))
    assert given["now"] == NOW.isoformat()
    assert given["late"] == "%(duration)s late"
    assert given["zone"] == "Europe/Kyiv"
    assert given["goes"] == [["g q", "My queue", "/admin/"]], "nobody is signed in"


def test_the_page_for_our_own_faults_needs_no_request() -> None:
    page = render_to_string("500.html")
    assert "Something broke on our side" in page
    assert "style=" not in page
