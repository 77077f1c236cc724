"""The overview and the lists: who may see them, that figures link to lists of that length, and what they cost."""

from __future__ import annotations

import csv
import re
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from claims.lifecycle import Action, DismissalReason, State
from claims.models import Alarm, Desk, DeskRole, Heartbeat, User
from claims.services.sealing import seal_the_day
from claims.services.verifying import verify
from reviews.dashboard.numbers import NUMBERS
from reviews.models import Absence, Assignment, Reviewer
from reviews.services.acting import act, acting_on
from reviews.services.assigning import hand_over
from tests.factories import (
    a_claim,
    a_desk,
    a_person,
    a_reviewer,
    ahead,
    an_administrator,
    an_editor,
    fall_late,
    fresh,
    joined,
    now,
    viewer,
)

pytestmark = pytest.mark.django_db
QUERIES = 15


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page(user: User, address: str = "/desk/") -> str:
    answer = browser(user).get(address)
    assert answer.status_code == 200, answer.content[:400]
    return unescape(answer.content.decode())


def a_bit_of_everything(desk: Desk, editor: User) -> None:
    reviewer = a_reviewer(desk)
    for state in State:
        a_claim(desk, state, by=editor, reviewer=reviewer)
    fall_late(a_claim(desk, by=editor), editor)


def test_whoever_is_not_signed_in_is_sent_to_the_sign_in_page(client: Client) -> None:
    for address in ("/desk/", "/desk/panels", "/desk/list/late", "/desk/list/late.csv"):
        answer = client.get(address)
        assert answer.status_code == 302
        assert answer["Location"].startswith("/admin/login/?next=/desk/")


def test_a_refresh_after_the_session_ended_sends_the_whole_page_to_sign_in(client: Client) -> None:
    answer = client.get("/desk/panels", headers={"HX-Request": "true"})
    assert answer["HX-Redirect"] == "/admin/login/?next=/desk/"


def test_a_person_of_no_desk_is_refused_with_a_sentence(desk: Desk) -> None:
    answer = browser(a_person()).get("/desk/")
    assert answer.status_code == 403
    assert "The dashboard is for people of a desk." in answer.content.decode()


def test_an_editor_sees_the_numbers_of_their_own_desks_alone(desk: Desk, editor: User) -> None:
    other = a_desk(name="Economy")
    theirs = a_claim(other)
    mine = a_claim(desk, by=editor)
    shown = page(editor, "/desk/list/open")
    assert f"#{mine.pk}," in shown
    assert f"#{theirs.pk}," not in shown
    assert "Economy" not in page(editor)
    assert page(editor, f"/desk/list/open?desk={other.pk}").count("No claim is in this list now.") == 1


def test_a_reviewer_sees_their_own_desk(desk: Desk, editor: User) -> None:
    a_claim(desk, by=editor)
    assert figure(page(a_reviewer(desk).user), "open")[0] == 1


def figure(html: str, key: str) -> tuple[int, str]:
    """The count on a tile, and the address of its list."""
    found = re.search(rf'data-testid="kpi-{key}"[^>]*href="([^"]+)"', html)
    assert found, key
    counted = re.search(r"was=(\d+)", found[1])
    assert counted
    return int(counted[1]), found[1]


def listed(user: User, address: str) -> int:
    found = re.search(r'data-testid="list-count">(\d+) claim', page(user, address))
    assert found
    return int(found[1])


def test_every_link_with_a_count_leads_to_a_list_of_that_length(desk: Desk, editor: User) -> None:
    a_bit_of_everything(desk, editor)
    html = page(editor)
    links = set(re.findall(r'href="(/desk/list/[^"]+was=\d+)"', html))
    assert len(links) > 20
    for address in links:
        assert listed(editor, address) == int(address.rsplit("was=", 1)[1]), address


def test_the_tiles_show_what_is_true(desk: Desk, editor: User) -> None:
    a_bit_of_everything(desk, editor)
    html = page(editor)
    wanted = {"late": 1, "open": 5, "unassigned": 2, "second_opinion": 1, "decided_today": 1, "date_passed": 0}
    assert {key: figure(html, key)[0] for key in wanted} == wanted


def test_the_list_explains_when_it_has_another_length_than_what_was_clicked(desk: Desk, editor: User) -> None:
    a_claim(desk, by=editor)
    assert "7 when you clicked, 1 now." in page(editor, "/desk/list/open?was=7")
    assert "when you clicked" not in page(editor, "/desk/list/open?was=1")


def test_every_list_is_titled_in_words_and_says_its_definition(desk: Desk, editor: User) -> None:
    for key, number in NUMBERS.items():
        html = page(editor, f"/desk/list/{key}?desk={desk.pk}")
        assert f"{number.title}, World, as of " in html
        assert str(number.definition) in html


def test_a_number_that_is_not_there_and_a_filter_that_cannot_apply_are_not_found(editor: User) -> None:
    for address in ("/desk/list/overdue", "/desk/?desk=x", "/desk/list/open?zone=Nowhere", "/desk/list/nothing.csv"):
        assert browser(editor).get(address).status_code == 404


@pytest.mark.parametrize("address", ["/desk/", "/desk/list/late", "/desk/sources", "/desk/agreement"])
def test_every_page_names_the_zone_of_its_times_and_offers_the_readers_own(
    desk: Desk, editor: User, address: str
) -> None:
    editor.zone = "Asia/Tokyo"
    editor.save(update_fields=["zone"])
    html = page(editor, f"{address}?desk={desk.pk}")
    own = f"?desk={desk.pk}&zone=Asia%2FTokyo"
    assert f'Times in Kyiv. <a href="{own}">In Tokyo, your time zone</a>' in html
    here = page(editor, address + own)
    assert "Times in Tokyo</span>" in here
    assert "your time zone" not in here


def test_a_form_keeps_the_zone_that_was_chosen(editor: User) -> None:
    for address in ("/desk/sources", "/desk/agreement"):
        kept = '<input type="hidden" name="zone" value="Asia/Tokyo">'
        assert kept in page(editor, f"{address}?zone=Asia/Tokyo")
        assert 'name="zone"' not in page(editor, address)


def test_a_list_says_in_which_zone_it_is_as_of(editor: User) -> None:
    assert re.search(r"<h1>Late, as of \d\d:\d\d in Kyiv</h1>", page(editor, "/desk/list/late"))


def test_what_cannot_be_shown_leads_back_to_the_overview_and_is_taken_for_no_claim(editor: User) -> None:
    shown = unescape(browser(editor).get("/desk/?desk=x").content.decode())
    assert "The filter desk takes a number; this says x." in shown
    assert "Start again from its overview." in shown
    assert '<a class="cd-btn" href="/desk/">Overview</a>' in shown
    assert "it may have been merged" not in shown
    elsewhere = browser(editor).get("/nowhere").content.decode()
    assert "If it was a claim, it may have been merged" in elsewhere
    assert "Start again" not in elsewhere


def test_the_row_of_nobody_says_what_is_not_unassigned_in_it(desk: Desk, editor: User) -> None:
    a_claim(desk, by=editor)
    assert "under way" not in page(editor)
    a_claim(desk, State.SECOND_OPINION, by=editor)
    html = page(editor)
    assert figure(html, "unassigned")[0] == 1
    assert "2 claims</span>" in html
    assert ">1 under way, with a free seat</span>" in html


def test_a_late_claim_offers_what_its_reader_may_do_and_leads_back(desk: Desk, editor: User) -> None:
    mara, waits = a_reviewer(desk), a_claim(desk, by=editor)
    held = a_claim(desk, State.IN_REVIEW, by=editor, reviewer=mara)
    fall_late(waits, editor)
    fall_late(held, editor)
    offered = {"hand_over": held, "assign": waits, "set_due": waits, "wait": held}
    links = [f'href="/admin/claims/claim/{claim.pk}/step/{step}/?from=desk"' for step, claim in offered.items()]
    html, on_it, other = page(editor), page(mara.user), page(a_reviewer(desk).user)
    assert [link in html for link in links] == [True] * 4
    assert [link in on_it for link in links] == [True, False, False, True]
    assert [link in other for link in links] == [False] * 4
    assert f"claim/{waits.pk}/step/hand_over/" not in html
    editor.is_staff = True
    editor.save(update_fields=["is_staff"])
    given = {"version": fresh(held).version, "to": "pool", "note": ""}
    done = browser(editor).post(f"/admin/claims/claim/{held.pk}/step/hand_over/?from=desk", given, follow=True)
    assert done.redirect_chain == [("/desk/", 302)]
    assert f"#{held.pk}: Back in the pool." in done.content.decode()


def test_late_is_right_although_no_sweep_has_run(desk: Desk, editor: User) -> None:
    claim = a_claim(desk, by=editor)
    fall_late(claim, editor)
    html = page(editor)
    assert figure(html, "late")[0] == 1
    assert "Deadline alerts are delayed. The numbers on this page are still right." in html
    assert "Deadline alerts have not run yet." in html


def test_the_page_says_when_alerts_last_ran_and_data_were_verified(desk: Desk, editor: User) -> None:
    Heartbeat.objects.create(name="sweep", ran_at=now())
    Heartbeat.objects.create(name="verify", ran_at=now(), detail={"broken": {}})
    html = page(editor)
    assert re.search(r"Deadline alerts last ran \d\d:\d\d:\d\d\.", html)
    assert "Last verified" in html
    assert "delayed" not in html
    Heartbeat.objects.filter(name="verify").update(detail={"broken": {"chain": ["#1"], "seats": ["#2", "#3"]}})
    assert "found 2 rules that do not hold" in page(editor)


def test_what_a_real_verification_leaves_is_read(editor: User) -> None:
    assert verify().holds
    html = page(editor)
    assert re.search(r"Last verified <time[^>]*>today", html)
    assert "do not hold" not in html


def test_the_page_says_that_the_daily_seal_cannot_be_written(editor: User, tmp_path: Path, settings: Any) -> None:
    settings.SEAL_DIR = str(tmp_path / "away")
    assert seal_the_day() is None
    assert "The daily seal could not be written where seals are kept." in page(editor)
    because = f"Daily seals cannot be written to SEAL_DIR, {settings.SEAL_DIR}: the directory is not there."
    assert because in page(an_administrator())
    assert because not in page(editor)
    settings.SEAL_DIR = str(tmp_path)
    assert seal_the_day() is not None
    assert "seal" not in page(editor)


def test_alarms_set_aside_are_shown(desk: Desk, editor: User) -> None:
    Heartbeat.objects.create(name="sweep", ran_at=now())
    a_claim(desk, by=editor)
    assert "set aside" not in page(editor)
    Alarm.objects.filter(kind="late").update(set_aside=True, attempts=3)
    assert "1 deadline alert could not be raised" in page(editor)


def test_a_newsroom_without_claims_says_what_to_do(editor: User) -> None:
    html = page(editor)
    assert "No claims yet." in html
    assert "Import an article or connect an integration." in html
    assert "None late" in html


def test_filters_that_nothing_matches_are_not_taken_for_an_empty_newsroom(desk: Desk, editor: User) -> None:
    a_claim(desk, by=editor)
    html = page(editor, "/desk/?language=uk")
    assert "No claim matches these filters." in html
    assert '<a class="cd-btn" href="/desk/">Show all claims</a>' in html
    assert "No claims yet." not in html
    assert "No claim matches" not in page(editor)


def test_a_newsroom_with_nothing_open_does_not_say_it_has_no_claims(desk: Desk, editor: User) -> None:
    a_claim(desk, State.PROPOSED, by=editor)
    assert "No claims yet." not in page(editor)


def test_somebody_away_is_shown_as_away_with_what_they_hold(desk: Desk, editor: User) -> None:
    reviewer = a_reviewer(desk)
    a_claim(desk, State.IN_REVIEW, by=editor, reviewer=reviewer)
    assert "1 of 10" in page(editor)
    Absence.objects.create(reviewer=reviewer, starts_at=now() - timedelta(days=1), ends_at=ahead(days=3))
    html = page(editor)
    assert "Away until" in html
    assert "1 open claim</a>" in html


def test_just_now_tells_what_happened_in_words(desk: Desk, editor: User) -> None:
    claim = a_claim(desk, State.DECIDED, by=editor)
    html = page(editor)
    assert f"#{claim.pk}</a> decided: Unproven" in html
    assert f'accepted <a href="/admin/claims/claim/{claim.pk}/change/">#{claim.pk}</a>' in html


def test_just_now_names_the_step_that_was_taken_back(desk: Desk, editor: User) -> None:
    claim = a_claim(desk, State.IN_REVIEW, by=editor)
    act(claim.pk, Action.DISMISS, viewer(editor), reason=DismissalReason.OFF_SUBJECT)
    act(claim.pk, Action.UNDO, viewer(editor))
    assert f'took back the dismissal: <a href="/admin/claims/claim/{claim.pk}/change/">' in page(editor)


def test_just_now_reveals_no_verdict_before_a_decision(desk: Desk, editor: User) -> None:
    first = a_reviewer(desk)
    claim = a_claim(desk, State.SECOND_OPINION, by=editor, reviewer=first)
    html = page(editor)
    assert f'asked for a second opinion on <a href="/admin/claims/claim/{claim.pk}/change/">' in html
    assert "Unproven" not in html
    assert "unproven" not in html


def test_names_and_statements_are_escaped(desk: Desk, editor: User) -> None:
    reviewer = a_reviewer(desk)
    reviewer.user.first_name = "<script>alert(1)</script>"
    reviewer.user.save(update_fields=["first_name"])
    claim = a_claim(desk, State.IN_REVIEW, by=editor, reviewer=reviewer, statement="<b>bold</b> claim")
    fall_late(claim, editor)
    for address in ("/desk/", "/desk/list/open"):
        html = browser(editor).get(address).content.decode()
        assert "<script>alert" not in html
        assert "<b>bold" not in html
        assert "&lt;b&gt;bold" in html


def test_the_csv_holds_the_list_with_formulas_defused(desk: Desk, editor: User) -> None:
    a_claim(desk, by=editor, statement="=HYPERLINK(1), he said")
    kept = a_claim(desk, by=editor, statement="A plain claim", priority=4)
    answer = browser(editor).get("/desk/list/open.csv?zone=Asia/Tokyo")
    lines = answer.getvalue().decode("utf-8-sig").splitlines()
    assert lines[0].startswith("id,statement,state,desk,language,priority,reviewers,review_due_at")
    assert len(lines) == 3
    assert '"\'=HYPERLINK(1), he said"' in lines[1]
    assert re.search(rf"^{kept.pk},A plain claim,queued,World,en,4,,\d{{4}}-\d\d-\d\dT\d\d:\d\d:\d\d\+09:00,", lines[2])
    assert re.search(r'filename="claims_open_\d{4}-\d\d-\d\dT\d{4}\.csv"', answer["Content-Disposition"])


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20"])
def test_no_sign_that_begins_a_formula_begins_a_cell(desk: Desk, editor: User, sign: str) -> None:
    a_claim(desk, by=editor, statement=f"{sign}SUM(1)")
    (row,) = list(
        csv.DictReader(browser(editor).get("/desk/list/open.csv").getvalue().decode("utf-8-sig").splitlines())
    )
    assert row["statement"] == f"'{sign}SUM(1)"


def test_an_unchanged_panel_is_answered_with_304(desk: Desk, editor: User) -> None:
    Heartbeat.objects.create(name="sweep", ran_at=now())
    client = browser(editor)
    for _ in range(3):  # the chart's line of now moves on every minute or so, perhaps between the two
        first = client.get("/desk/panels")
        again = client.get("/desk/panels", headers={"If-None-Match": first["ETag"]})
        if again.status_code == 304:
            break
    assert again.status_code == 304
    a_claim(desk, by=editor)
    assert client.get("/desk/panels", headers={"If-None-Match": first["ETag"]}).status_code == 200
    assert "no-cache" in first["Cache-Control"]
    assert "private" in first["Cache-Control"]


def test_only_reading_is_answered(editor: User) -> None:
    for address in ("/desk/", "/desk/panels", "/desk/list/late"):
        assert browser(editor).post(address).status_code == 405


def test_the_page_carries_no_inline_script_or_style(desk: Desk, editor: User) -> None:
    a_bit_of_everything(desk, editor)
    for address in ("/desk/", "/desk/list/open"):
        answer = browser(editor).get(address)
        html = answer.content.decode()
        assert not re.search(r"\sstyle=|<style|<script(?![^>]*\ssrc=)|\son[a-z]+=", html)
        assert "unsafe" not in answer["Content-Security-Policy"]


def queries(user: User, address: str) -> int:
    client = browser(user)
    client.get(address)
    with CaptureQueriesContext(connection) as asked:
        client.get(address)
    return len(asked)


def test_the_overview_asks_at_most_15_times_whatever_the_amount_of_data(desk: Desk, editor: User) -> None:
    a_bit_of_everything(desk, editor)
    few = queries(editor, "/desk/")
    for _ in range(2):
        other = a_desk()
        a_bit_of_everything(other, an_editor(other))
        a_bit_of_everything(desk, editor)
    assert queries(editor, "/desk/") == few <= QUERIES
    assert queries(an_administrator(), "/desk/") <= QUERIES


def test_a_list_asks_the_same_few_times_for_two_and_for_thirty_rows(desk: Desk, editor: User) -> None:
    reviewer = a_reviewer(desk)
    for _ in range(2):
        a_claim(desk, State.IN_REVIEW, by=editor, reviewer=reviewer)
    few = queries(editor, "/desk/list/open")
    for _ in range(12):
        a_claim(desk, State.IN_REVIEW, by=editor, reviewer=reviewer)
    assert queries(editor, "/desk/list/open") == few <= 8


def test_long_lists_come_in_pages_that_keep_their_filters(
    desk: Desk, editor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reviews.dashboard.lists.PER_PAGE", 2)
    for _ in range(3):
        a_claim(desk, by=editor)
    first = page(editor, f"/desk/list/open?desk={desk.pk}&was=3")
    assert "1 to 2 of 3" in first
    assert f'href="?desk={desk.pk}&page=2"' in first
    assert "3 to 3 of 3" in page(editor, f"/desk/list/open?desk={desk.pk}&page=2")


def test_the_panel_of_reviewers_says_how_evenly_they_are_loaded(desk: Desk, editor: User) -> None:
    busy, free, gone = (a_reviewer(desk, limit=10) for _ in range(3))
    for reviewer in (busy, busy, gone):
        a_claim(desk, State.IN_REVIEW, by=editor, reviewer=reviewer)
    Absence.objects.create(reviewer=gone, starts_at=ahead(hours=-1), ends_at=ahead(days=1))
    assert "spread 10 points" in page(editor)
    a_claim(desk, State.IN_REVIEW, by=editor, reviewer=free)
    assert "spread 5 points" in page(editor)


def row_of(html: str, reviewer: Reviewer) -> str:
    """What the panel of reviewers says of somebody."""
    return next(row for row in html.split("<tr>") if f">{reviewer}</a></th>" in row)


def test_a_load_counts_every_claim_and_links_to_those_in_view(desk: Desk, editor: User) -> None:
    other = a_desk(name="Economy")
    shared, alone = a_reviewer(desk, limit=3), a_reviewer(desk, limit=3)
    joined(shared.user, other, DeskRole.REVIEWER)
    theirs = [a_claim(other, State.IN_REVIEW, reviewer=shared) for _ in range(3)]
    a_claim(desk, State.IN_REVIEW, by=editor, reviewer=alone)
    html = page(editor)
    assert "3 of 3" in row_of(html, shared)
    assert ">0 of these in view</a>" in row_of(html, shared)
    assert "1 of 3" in row_of(html, alone)
    assert "of these in view" not in row_of(html, alone)
    assert "spread 33 points" in html
    assert not any(f"#{claim.pk}" in html for claim in theirs)
    for viewed, address in ((an_administrator(), f"/desk/?desk={other.pk}"), (editor, "/desk/?language=uk")):
        narrowed = page(viewed, address)
        for link, number in re.findall(r'href="([^"]+)">(\d) of these in view', narrowed):
            assert listed(viewed, link) == int(number), address
    assert "1 of 3" in row_of(page(editor, "/desk/?language=uk"), alone)
    assert "of these in view" not in page(an_administrator())


def test_somebody_away_is_shown_with_all_that_they_hold(desk: Desk, editor: User) -> None:
    reviewer = a_reviewer(desk)
    other = a_desk()
    joined(reviewer.user, other, DeskRole.REVIEWER)
    for where in (desk, other, other):
        a_claim(where, State.IN_REVIEW, reviewer=reviewer)
    Absence.objects.create(reviewer=reviewer, starts_at=ahead(hours=-1), ends_at=ahead(days=3))
    row = row_of(page(editor), reviewer)
    assert "3 open claims" in row
    assert "3 open claims</a>" not in row
    assert ">1 of these in view</a>" in row


def test_just_now_says_who_was_taken_off_and_who_gave_their_own_seat_back(desk: Desk, editor: User) -> None:
    reviewer = a_reviewer(desk)
    claims = [a_claim(desk, State.IN_REVIEW, by=editor, reviewer=reviewer) for _ in range(2)]
    for claim, who in zip(claims, (editor, reviewer.user), strict=True):
        with acting_on(claim.pk, viewer(who)) as acting:
            hand_over(acting.held, Assignment.objects.open().get(claim=claim), by=acting.by)
    taken, given = (f'<a href="/admin/claims/claim/{claim.pk}/change/">#{claim.pk}</a>' for claim in claims)
    html = page(editor)
    assert f"{reviewer} was taken off {taken}, by {editor.full_name}" in html
    assert f"{reviewer} handed over {given}" in html


def test_just_now_tells_in_one_line_what_happened_to_many_claims_at_once(desk: Desk, editor: User) -> None:
    claims = [a_claim(desk, by=editor).pk for _ in range(7)]
    links = [f'<a href="/admin/claims/claim/{pk}/change/">#{pk}</a>' for pk in reversed(claims)]
    html = page(editor)
    assert f"{editor.full_name} accepted {', '.join(links[:5])} and others<" in html
    assert html.count(" accepted ") == 1


def test_just_now_names_claims_as_a_list_is_written_and_leads_to_the_full_log(desk: Desk, editor: User) -> None:
    claims = [a_claim(desk, by=editor).pk for _ in range(3)]
    third, second, first = (f'<a href="/admin/claims/claim/{pk}/change/">#{pk}</a>' for pk in reversed(claims))
    html = page(editor)
    assert f"accepted {third}, {second} and {first}<" in html
    link = html.split('data-testid="just-now"')[0].rsplit("Full log", 1)[0].rsplit('href="', 1)[1].split('"')[0]
    editor.is_staff = True
    editor.save(update_fields=["is_staff"])
    log = page(editor, link)
    assert all(f"#{pk}" in log for pk in claims)


def test_the_claims_of_somebody_away_are_handed_over_from_the_overview_by_an_editor(desk: Desk, editor: User) -> None:
    reviewer, colleague = a_reviewer(desk), a_reviewer(desk)
    claim = a_claim(desk, State.IN_REVIEW, by=editor, reviewer=reviewer)
    Absence.objects.create(reviewer=reviewer, starts_at=ahead(hours=-1), ends_at=ahead(days=3))
    link = re.search(r'href="([^"]+)">Hand over<', row_of(page(editor), reviewer))
    assert link
    editor.is_staff = True
    editor.save(update_fields=["is_staff"])
    assert f"#{claim.pk}" in page(editor, link[1])
    assert "Hand over" not in row_of(page(colleague.user), reviewer)
