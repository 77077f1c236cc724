"""What lists and their CSV say of decided claims, and what they keep to themselves of others."""

from __future__ import annotations

import csv
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from claims.lifecycle import Action, State
from claims.models import Claim, Decision, Desk, User
from reviews.services.acting import act
from tests.dashboard.test_pages import browser, page, queries
from tests.factories import a_claim, a_reviewer, ahead, dated, put_on, review_by, viewer

pytestmark = pytest.mark.django_db
LAST = ["verdict", "said", "outcome", "decided_at", "decided_by", "published"]


def rows(user: User, address: str) -> dict[int, dict[str, str]]:
    """The lines of a CSV by number of their claim."""
    text = browser(user).get(address).getvalue().decode("utf-8-sig")
    return {int(row["id"]): row for row in csv.DictReader(text.splitlines())}


def reopened(claim: Claim, editor: User) -> None:
    act(claim.pk, Action.REOPEN, viewer(editor), reason="There is something new.")


def test_a_list_says_what_was_decided_when_and_by_whom(desk: Desk, editor: User) -> None:
    mara = a_reviewer(desk)
    claim = a_claim(desk, State.DECIDED, by=editor, reviewer=mara, own=dated(ahead(hours=3)))
    html = page(editor, "/desk/list/decided_12m")
    assert f"#{claim.pk}, World. Decided by {mara}\n" in html
    assert "Nobody" not in html
    assert re.search(r'cd-v-unproven">.*?Unproven</span>', html)
    assert "Not checked</span>" in html
    assert "Outcome: unknown" in html
    assert re.search(r"decided <time[^>]*>today \d\d:\d\d</time>", html)
    assert "Public</span>" not in html
    act(claim.pk, Action.PUBLISH, viewer(editor))
    assert ">Public</span>" in page(editor, "/desk/list/decided_12m")


def test_the_csv_ends_with_the_verdict(desk: Desk, editor: User) -> None:
    mara = a_reviewer(desk)
    decided = a_claim(desk, State.DECIDED, by=editor, reviewer=mara, own=dated(ahead(hours=3)))
    act(decided.pk, Action.PUBLISH, viewer(editor))
    verdict = Decision.objects.get(claim=decided)
    row = rows(editor, "/desk/list/published_12m.csv?zone=UTC")[decided.pk]
    assert list(row)[-6:] == LAST
    assert verdict.published_at is not None
    moments = [moment.isoformat(timespec="seconds") for moment in (verdict.decided_at, verdict.published_at)]
    assert [row[name] for name in LAST] == ["unproven", "not_checked", "unknown", moments[0], str(mara), moments[1]]
    waits = a_claim(desk, by=editor)
    assert [rows(editor, "/desk/list/open.csv")[waits.pk][name] for name in LAST] == [""] * 6


def test_a_spreadsheet_is_told_that_the_csv_is_utf_8(desk: Desk, editor: User) -> None:
    a_claim(desk, by=editor, statement="Міністр піде у відставку.")
    sent = browser(editor).get("/desk/list/open.csv").getvalue()
    assert sent.startswith(b"\xef\xbb\xbfid,statement,")
    assert sent.count(b"\xef\xbb\xbf") == 1
    assert "Міністр піде у відставку." in sent.decode()


def test_a_running_round_shows_neither_its_reviews_nor_the_verdict_before_it(desk: Desk, editor: User) -> None:
    first, second = a_reviewer(desk), a_reviewer(desk)
    begun = a_claim(desk, State.SECOND_OPINION, by=editor, reviewer=first)
    claim = a_claim(desk, State.DECIDED, by=editor, reviewer=first)
    act(claim.pk, Action.PUBLISH, viewer(editor))
    reopened(claim, editor)
    put_on(claim, second, editor)
    html = page(editor, "/desk/list/open")
    assert "Unproven" not in html
    assert "Decided by" not in html
    assert ">Earlier verdict public</span>" in html
    found = rows(editor, "/desk/list/open.csv")
    assert [found[begun.pk][name] for name in LAST] == [""] * 6
    assert [found[claim.pk][name] for name in LAST[:-1]] == [""] * 5
    assert found[claim.pk]["published"]
    review_by(claim, second)
    assert rows(editor, "/desk/list/decided_today.csv")[claim.pk]["decided_by"] == str(second)


def asked(user: User) -> tuple[int, int]:
    """How often the list and its CSV, read to the end, ask the database."""
    queries(user, "/desk/list/decided_12m")
    with CaptureQueriesContext(connection) as sent:
        rows(user, "/desk/list/decided_12m.csv")
    return queries(user, "/desk/list/decided_12m"), len(sent)


def test_lists_of_verdicts_ask_as_often_for_two_claims_as_for_eight(desk: Desk, editor: User) -> None:
    for _ in range(2):
        a_claim(desk, State.DECIDED, by=editor)
    few = asked(editor)
    for _ in range(6):
        a_claim(desk, State.DECIDED, by=editor)
    assert asked(editor) == few
    assert few[0] <= 8
