"""Moments in forms, by the clock of whoever writes them: what their clocks do not show once is never guessed."""

from __future__ import annotations

import html
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from claims.lifecycle import Action
from claims.models import Article, Claim, User
from reviews.models import Absence, Reviewer
from reviews.services.acting import act
from tests import factories as make
from tests.admin.conftest import SignIn, step_of

GAP = ("2027-03-28T03:30", "The clocks of Europe/Kyiv skip 03:30 on 28 March 2027. Choose a time before or after.")
TWICE = ("2027-10-31T03:30", "03:30 comes twice on 31 October 2027 in Europe/Kyiv. Choose a time outside that hour.")
MOMENTS = pytest.mark.parametrize(("moment", "sentence"), [GAP, TWICE])


def with_clock(user: User, zone: str = "Europe/Kyiv") -> User:
    User.objects.filter(pk=user.pk).update(zone=zone)
    user.refresh_from_db()
    return user


def shown_after(client: Client, address: str, sent: dict[str, Any]) -> str:
    shown = html.unescape(client.post(address, sent).content.decode())
    assert "interpreted" not in shown
    return shown


def waiting(claim: Claim, **more: str) -> dict[str, Any]:
    times = {"until": "2027-06-01T12:00", "due": "2027-06-02T12:00"}
    return {"version": claim.version, "reason": "other", "note": "A letter.", **times, **more}


@MOMENTS
@pytest.mark.parametrize(("step", "field"), [("set_due", "due"), ("wait", "until"), ("wait", "due")])
def test_a_step_asks_for_another_moment(
    signed: SignIn, editor: User, claim: Claim, *, moment: str, sentence: str, step: str, field: str
) -> None:
    client = signed(with_clock(editor))
    shown = shown_after(client, step_of(claim, step), waiting(claim, **{field: moment}))
    assert sentence in shown
    assert f'value="{moment}"' in shown, "what was written stays"
    assert make.fresh(claim).version == claim.version


@pytest.mark.parametrize(
    ("zone", "moment", "sentence"),
    [
        ("America/New_York", "2027-11-07T01:15:20", "01:15 comes twice on 7 November 2027 in America/New_York."),
        ("Australia/Lord_Howe", "2027-10-03T02:15", "The clocks of Australia/Lord_Howe skip 02:15 on 3 October 2027."),
        ("Europe/Dublin", "2027-10-31T01:30", "01:30 comes twice on 31 October 2027 in Europe/Dublin."),
    ],
)
def test_the_sentence_names_the_readers_own_clock(
    signed: SignIn, editor: User, claim: Claim, *, zone: str, moment: str, sentence: str
) -> None:
    client = signed(with_clock(editor, zone))
    assert sentence in shown_after(client, step_of(claim, "wait"), waiting(claim, until=moment))


@pytest.mark.parametrize("moment", ["2027-03-28T02:59", "2027-03-28T04:00", "2027-10-31T02:59", "2027-10-31T04:00"])
def test_the_minutes_beside_a_change_of_the_clocks_are_taken(
    signed: SignIn, editor: User, claim: Claim, moment: str
) -> None:
    signed(with_clock(editor)).post(step_of(claim, "wait"), waiting(claim, until=moment, due="2027-12-01T12:00"))
    assert make.fresh(claim).waiting_until is not None


@pytest.mark.parametrize("zone", ["Europe/Kyiv", "America/New_York"])
@pytest.mark.parametrize("moment", ["0001-01-01T00:00", "2250-06-01T12:00", "9999-12-31T23:59"])
@pytest.mark.parametrize("field", ["until", "due", "first"])
def test_a_moment_outside_the_years_we_keep_is_refused_by_its_year(
    signed: SignIn, editor: User, claim: Claim, *, zone: str, moment: str, field: str
) -> None:
    own = {"first": moment, "last": moment, "precision": "minute", "zone": zone, "zone_basis": "desk", "reason": "So."}
    step, given = ("set_own_date", own) if field == "first" else ("wait", {field: moment})
    shown = shown_after(signed(with_clock(editor, zone)), step_of(claim, step), waiting(claim) | given)
    assert f"The year must lie between 1900 and 2200; this says {int(moment[:4])}." in shown
    assert f'value="{moment}"' in shown, "what was written stays"


@MOMENTS
def test_an_embargo_asks_for_another_moment(signed: SignIn, editor: User, *, moment: str, sentence: str) -> None:
    client = signed(with_clock(editor))
    assert sentence in shown_after(client, reverse("admin:claims_article_add"), {"embargo_until": moment})
    assert not Article.objects.exists()


@MOMENTS
def test_an_absence_asks_for_another_moment(signed: SignIn, reviewer: Reviewer, *, moment: str, sentence: str) -> None:
    sent = {"reviewer": reviewer.pk, "starts_at": moment, "ends_at": "2027-12-01T12:00", "then": "keep"}
    client = signed(with_clock(reviewer.user))
    assert sentence in shown_after(client, reverse("admin:reviews_absence_add"), sent)
    assert not Absence.objects.exists()


def test_both_moments_of_a_doubled_hour_are_told_apart_in_timeline_head_and_list(
    signed: SignIn, editor: User, claim: Claim
) -> None:
    client, moments = (
        signed(with_clock(editor, "Europe/Berlin")),
        [datetime(2027, 10, 31, hour, 30, tzinfo=UTC) for hour in (0, 1)],
    )
    for moment in moments:
        act(claim.pk, Action.SET_DUE, make.viewer(editor), due=moment, reason="The clocks are set back.")
    page = html.unescape(client.get(reverse("admin:claims_claim_change", args=[claim.pk])).content.decode())
    assert page.count("31 Oct 2027 02:30 CEST") == 1
    assert page.count("31 Oct 2027 02:30 CET") == 2  # in the timeline and at the head of the page
    rows = client.get(reverse("admin:claims_claim_changelist")).content.decode()
    assert "31 Oct 2027 02:30 CET" in rows
