"""The dialogs of splitting and merging, and what the page of the claim that stays shows."""

from __future__ import annotations

from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from claims.lifecycle import Action, State
from claims.models import Claim, ClaimEvent, Desk, Evidence, User, Visibility
from claims.services.splitting import GivenPart
from reviews.services.acting import act
from tests import factories as make
from tests.admin.conftest import SignIn

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(signed: SignIn, editor: User) -> Client:
    return signed(editor)


@pytest.fixture
def claim(desk: Desk, editor: User) -> Claim:
    return make.a_claim(desk, by=editor, own=make.dated(make.ahead(days=2)))


def page(client: Client, claim: Claim) -> str:
    return unescape(client.get(reverse("admin:claims_claim_change", args=[claim.pk])).content.decode())


def step(claim: Claim, name: str) -> str:
    return reverse("admin:claims_claim_step", args=[claim.pk, name])


def send(client: Client, claim: Claim, name: str, **given: Any) -> Any:
    return client.post(step(claim, name), {"version": make.fresh(claim).version, **given})


def test_the_words_of_the_second_claim_are_cut_from_the_quote(client: Client, claim: Claim) -> None:
    item = make.evidence_for(claim, title="The letter")
    shown = unescape(client.get(step(claim, "split")).content.decode())
    assert make.QUOTE in shown
    assert "The letter" in shown
    refused = send(client, claim, "split", statement="", quote="The minister")
    assert refused.status_code == 200
    assert "Say what the second claim says." in refused.content.decode()
    answer = send(
        client, claim, "split", statement="She denied it.", quote="The minister", same_date="on", evidence=[item.pk]
    )
    assert answer.status_code == 302
    part = claim.parts.get()
    assert (part.appearances.get().exact, part.confirm_by) == ("The minister", claim.confirm_by)
    assert Evidence.objects.get(claim=part).copied_from == item
    assert f"#{part.pk} She denied it." in page(client, claim)
    assert f"copied from #{claim.pk}" in page(client, part)
    assert "Split off from" in page(client, part)


def test_words_that_are_not_there_keep_what_was_typed(client: Client, claim: Claim) -> None:
    answer = send(client, claim, "split", statement="She denied it.", quote="The president never said so anywhere")
    assert answer.status_code == 200
    assert "She denied it." in unescape(answer.content.decode())
    assert not claim.parts.exists()


def test_the_claim_that_stays_is_found_by_words_or_number_without_script(
    client: Client, claim: Claim, desk: Desk
) -> None:
    boat = make.a_claim(desk, statement="The ferry sank at the pier.")
    shown = unescape(client.get(step(claim, "merge")).content.decode())
    assert "ferry" not in shown
    alike = make.a_claim(desk, statement="The minister resigns on Friday.")
    assert str(alike) in unescape(client.get(step(claim, "merge")).content.decode())
    for words in ("ferry pier", "ferry\x00", f"#{boat.pk}", str(boat.pk)):
        assert str(boat) in unescape(client.get(step(claim, "merge"), {"q": words}).content.decode()), words
    hidden = make.a_claim(make.a_desk(), statement="The ferry is elsewhere.")
    assert str(hidden) not in unescape(client.get(step(claim, "merge"), {"q": "ferry"}).content.decode())


@pytest.mark.parametrize("field", ["into", "number"])
def test_it_is_merged_into_the_one_that_was_chosen(client: Client, claim: Claim, desk: Desk, field: str) -> None:
    repeats = make.a_claim(desk, State.QUEUED)
    assert "Name the claim that stays." in unescape(send(client, repeats, "merge").content.decode())
    assert send(client, repeats, "merge", **{field: claim.pk}).status_code == 302
    assert make.fresh(repeats).duplicate_of == claim


@pytest.mark.parametrize("written", ["0", "-3", "#0", "one", "9" * 30])
def test_a_number_that_no_claim_has_is_refused_in_words_that_say_what_to_write(
    client: Client, claim: Claim, written: str
) -> None:
    refused = unescape(send(client, claim, "merge", number=written).content.decode())
    is_number = written.startswith("9")
    assert (f"There is no claim #{written}." in refused) == is_number
    assert ("Write the number of a claim, as in #113." in refused) == (not is_number)
    assert "Ensure this value" not in refused


def test_a_claim_that_was_chosen_and_the_number_of_another_are_not_both_meant(
    client: Client, claim: Claim, desk: Desk
) -> None:
    repeats, other = make.a_claim(desk, State.QUEUED), make.a_claim(desk)
    refused = send(client, repeats, "merge", into=claim.pk, number=other.pk)
    sentence = f"You chose #{claim.pk} and wrote #{other.pk}. Name one of them."
    assert sentence in unescape(refused.content.decode())
    assert make.fresh(repeats).state == State.QUEUED


def test_the_page_of_the_claim_that_stays_shows_where_the_other_stood_and_its_evidence(
    signed: SignIn, claim: Claim, desk: Desk, editor: User
) -> None:
    client, reviewer, repeats = signed(editor), make.a_reviewer(desk), make.a_claim(desk, by=editor)
    make.evidence_for(repeats, title="A photograph of the letter")
    make.evidence_for(repeats, title="Who took it", visibility=Visibility.PROTECTED)
    act(repeats.pk, Action.MERGE, make.viewer(editor), into=claim)
    outlet = repeats.appearances.get().revision.article.outlet
    shown = page(client, claim)
    for words in (f'data-testid="merged-{repeats.pk}"', str(outlet), "A photograph of the letter", "Who took it"):
        assert words in shown
    sights = ClaimEvent.objects.filter(claim=repeats, type="evidence.read")
    assert [sight.actor_id for sight in sights] == [editor.pk]
    assert "Who took it" not in page(signed(reviewer.user), claim)
    assert f"merged #{repeats.pk} into it" in shown
    assert f"merged it into #{claim.pk}" in page(client, repeats)


def test_the_timeline_says_what_was_split_off(client: Client, claim: Claim, editor: User) -> None:
    act(claim.pk, Action.SPLIT, make.viewer(editor), part=GivenPart("She denied it."))
    assert f"split #{claim.parts.get().pk} off" in page(client, claim)
