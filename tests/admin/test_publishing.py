"""The dialogs of publishing: confirmed first, plain forms, and the page says what readers know."""

from __future__ import annotations

from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from claims.lifecycle import Action, State
from claims.models import Claim, Decision, Desk, User, Visibility
from reviews.models import Reviewer
from reviews.services.acting import act
from tests import factories as make
from tests.admin.conftest import SignIn, step_of

pytestmark = pytest.mark.django_db
WORDS = "Nothing that anybody could find settles it either way."


@pytest.fixture
def client(signed: SignIn, editor: User) -> Client:
    return signed(editor)


@pytest.fixture
def decided(desk: Desk, editor: User, reviewer: Reviewer) -> Claim:
    return make.a_claim(desk, State.DECIDED, by=editor, reviewer=reviewer)


def page(client: Client, claim: Claim) -> str:
    return unescape(client.get(reverse("admin:claims_claim_change", args=[claim.pk])).content.decode())


def step_body(client: Client, claim: Claim) -> str:
    """The dialog that reopens the claim."""
    return client.get(step_of(claim, "reopen")).content.decode()


def dialog(client: Client, claim: Claim, name: str, **given: Any) -> Any:
    address = reverse("admin:claims_claim_step", args=[claim.pk, name])
    if not given:
        return client.get(address)
    return client.post(address, {"version": make.fresh(claim).version, **given})


def decided_again(claim: Claim, editor: User) -> None:
    act(claim.pk, Action.REOPEN, make.viewer(editor), reason="The ministry answered.")
    assert claim.desk is not None
    reviewer = make.a_reviewer(claim.desk)
    make.put_on(claim, reviewer, editor)
    make.review_by(claim, reviewer)


def test_publishing_is_confirmed_first_and_shows_what_readers_get(
    client: Client, desk: Desk, editor: User, reviewer: Reviewer
) -> None:
    desk.min_origins = 1
    desk.save(update_fields=["min_origins"])
    claim = make.a_claim(desk, State.IN_REVIEW, by=editor, reviewer=reviewer)
    make.evidence_for(claim, visibility=Visibility.PUBLIC)
    make.evidence_for(claim, visibility=Visibility.PROTECTED)
    make.review_by(claim, reviewer, make.CONFIRMED)
    shown = unescape(dialog(client, claim, "publish").content.decode())
    assert make.CONFIRMED.why in shown
    assert "1 of 2 pieces of evidence are shown to readers" in shown
    assert "It cannot be undone" in shown
    assert not Decision.objects.public().exists()
    answer = dialog(client, claim, "publish", go="1")
    assert answer.status_code == 302
    assert Decision.objects.public().get().claim == claim
    assert 'data-testid="public"' in page(client, claim)


def test_a_correction_keeps_what_was_typed_until_it_is_whole(client: Client, decided: Claim, editor: User) -> None:
    act(decided.pk, Action.PUBLISH, make.viewer(editor))
    assert make.WHY in unescape(dialog(client, decided, "correct").content.decode())
    refused = dialog(client, decided, "correct", why=WORDS, note="Plainer.")
    assert refused.status_code == 200
    assert WORDS in unescape(refused.content.decode())
    assert dialog(client, decided, "correct", why=WORDS, note="Plainer.", correction_class="minor").status_code == 302
    shown = page(client, decided)
    assert "Correction (minor): Plainer." in shown
    assert shown.index("Verdict 2") < shown.index("Verdict 1")


def test_replacing_a_public_verdict_asks_how_much_has_changed(client: Client, decided: Claim, editor: User) -> None:
    act(decided.pk, Action.PUBLISH, make.viewer(editor))
    decided_again(decided, editor)
    assert "A new verdict stands. The earlier one stays public until the new one is published." in page(client, decided)
    assert "It replaces verdict 1" in unescape(dialog(client, decided, "publish").content.decode())
    assert dialog(client, decided, "publish", note="Looked again.", correction_class="").status_code == 200
    assert dialog(client, decided, "publish", note="Looked again.", correction_class="update").status_code == 302
    assert Decision.objects.public().get().number == 2


def test_a_reopened_claim_says_who_reopened_it_and_that_readers_know_the_earlier_verdict(
    client: Client, decided: Claim, editor: User
) -> None:
    act(decided.pk, Action.PUBLISH, make.viewer(editor))
    due = make.ahead(hours=-1)
    asked = [step_body(client, decided)]
    Claim.objects.filter(pk=decided.pk).update(review_due_at=due)
    asked.append(step_body(client, decided))
    assert ["it is late until you change that" in body for body in asked] == [False, True]
    assert all("To take it from them, withdraw it first." in body for body in asked)
    act(decided.pk, Action.REOPEN, make.viewer(editor), reason="The ministry answered.")
    shown = page(client, decided)
    assert f"Reopened by {editor.full_name}, " in shown
    assert ": The ministry answered. The earlier verdict stays public until a new one is published." in shown


def test_a_withdrawal_keeps_its_reason_on_the_page(client: Client, decided: Claim, editor: User) -> None:
    act(decided.pk, Action.PUBLISH, make.viewer(editor))
    assert dialog(client, decided, "withdraw", note="").status_code == 200
    assert dialog(client, decided, "withdraw", note="Another minister was meant.").status_code == 302
    assert "Another minister was meant." in page(client, decided)
    assert 'data-testid="public"' not in page(client, decided)


def test_somebody_who_may_not_publish_reads_why(signed: SignIn, decided: Claim, reviewer: Reviewer) -> None:
    shown = unescape(dialog(signed(reviewer.user), decided, "publish").content.decode())
    assert "Publish: only for editor of its desk." in shown


def test_the_page_of_a_published_claim_takes_at_most_twenty_queries(
    client: Client, decided: Claim, editor: User
) -> None:
    act(decided.pk, Action.PUBLISH, make.viewer(editor))
    decided_again(decided, editor)
    page(client, decided)
    with CaptureQueriesContext(connection) as asked:
        page(client, decided)
    assert len(asked) <= 20, [query["sql"][:90] for query in asked]
