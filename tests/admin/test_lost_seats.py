"""Somebody loses a claim while a dialog of it is open: the refusal says who did what and why, and their words stay."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from claims.lifecycle import Action, DismissalReason
from claims.models import Claim, ClaimEvent, Desk, DeskRole, User
from reviews.models import Assignment, Reviewer
from reviews.services import routing
from reviews.services.acting import act, acting_on
from tests import factories as make
from tests.admin.conftest import SignIn, page_of, sent_by, step_of

WHY = "Two independent reports say the same of it."
MEANWHILE = "Somebody changed this claim since you read it. Your text is kept."
SENT: dict[str, dict[str, str]] = {
    "hand_over": {"to": "pool", "note": "Please read page two."},
    "wait": {"reason": "reply", "until": "2031-01-01T10:00", "due": "2031-01-02T10:00", "note": "Their answer."},
    "ask_second_opinion": {"reason": "It is close.", "said": "not_checked", "so": "unproven", "why": WHY, "to": ""},
    "decline": {"note": "I know nothing of ferries."},
    "recuse": {"note": "My aunt works there."},
}
Loss = Callable[[Claim, User, Desk], str]


def handed(claim: Claim, editor: User, desk: Desk) -> str:
    to = make.a_reviewer(desk)
    _pass_on(claim, editor, to)
    return f"{editor.full_name} handed it over from {_first(claim)} to {to} (They know the ministry.)"


def given_back(claim: Claim, editor: User, desk: Desk) -> str:
    del desk
    _pass_on(claim, editor, None)
    return f"{editor.full_name} took {_first(claim)} off it; it is back in the pool (They know the ministry.)"


def dismissed(claim: Claim, editor: User, desk: Desk) -> str:
    del desk
    act(
        claim.pk,
        Action.DISMISS,
        make.viewer(editor),
        reason=DismissalReason.UNDATED_OPINION,
        note="Nobody can check it.",
    )
    return f"{editor.full_name} dismissed it (Nobody can check it.)"


def merged(claim: Claim, editor: User, desk: Desk) -> str:
    stays = make.a_claim(desk, by=editor)
    act(claim.pk, Action.MERGE, make.viewer(editor), into=stays, note="The same words.")
    return f"{editor.full_name} merged it into #{stays.pk} (The same words.)"


def _pass_on(claim: Claim, editor: User, to: Reviewer | None) -> None:
    with acting_on(claim.pk, make.viewer(editor)) as acting:
        seat = make.open_assignment_of(claim)
        routing.pass_on(acting.held, seat, to, by=acting.by, note="They know the ministry.")


def _first(claim: Claim) -> Reviewer:
    return Assignment.objects.filter(claim=claim).earliest("pk").reviewer


def answer_to(client: Client, address: str, sent: dict[str, Any]) -> tuple[str, str]:
    """The page that answers, and what its alert says, both as a person reads them."""
    answer = client.post(address, sent)
    page = html.unescape(answer.content.decode())
    alert = re.search(r'<div class="cd-errors" role="alert".*?</div>', page, re.DOTALL)
    assert alert, f"{answer.status_code}: no alert"
    return page, re.sub(r"\s+", " ", re.sub("<[^>]+>", "", alert[0]))


@pytest.mark.parametrize("step", SENT)
@pytest.mark.parametrize("loss", [handed, given_back, dismissed, merged])
def test_a_dialog_that_was_open_while_its_claim_was_lost_says_who_did_what_and_why(
    signed: SignIn, editor: User, desk: Desk, reviewer: Reviewer, claim: Claim, *, loss: Loss, step: str
) -> None:
    client = signed(reviewer.user)
    sent = sent_by(client.get(step_of(claim, step)).context["form"]) | SENT[step]
    happened = loss(claim, editor, desk)
    before = ClaimEvent.objects.count()
    page, alert = answer_to(client, step_of(claim, step), sent)
    assert alert.startswith(MEANWHILE)
    assert happened in alert
    assert "send it again" not in alert  # no pressing brings a seat back
    assert "Choose" not in alert
    assert re.search(r'<button class="cd-btn cd-btn-p" disabled', page)
    for words in (words for name, words in SENT[step].items() if name in {"note", "why"}):
        assert words in page
    assert ClaimEvent.objects.count() == before


def test_a_verdict_that_was_being_written_while_its_claim_was_handed_over_says_to_whom(
    signed: SignIn, editor: User, desk: Desk, reviewer: Reviewer, claim: Claim
) -> None:
    client = signed(reviewer.user)
    sent = sent_by(client.get(page_of(claim)).context["verdict"]) | {"so": "unproven", "why": WHY}
    happened = handed(claim, editor, desk)
    page, alert = answer_to(client, page_of(claim).replace("change", "review"), sent)
    assert alert.startswith(MEANWHILE)
    assert happened in alert
    assert WHY in page


def test_evidence_for_a_claim_that_was_dismissed_meanwhile_is_refused_with_who_did_that(
    signed: SignIn, editor: User, desk: Desk, reviewer: Reviewer, claim: Claim
) -> None:
    client = signed(reviewer.user)
    seen = re.search(
        r'action="[^"]*/evidence/".*?name="seen" value="(\d+)"', client.get(page_of(claim)).content.decode()
    )
    assert seen
    happened = dismissed(claim, editor, desk)
    sent = {"what": "A note.", "stance": "supports", "question": "so", "seen": seen[1]}
    page, alert = answer_to(client, page_of(claim).replace("change", "evidence"), sent)
    assert happened in alert
    assert "Restore it before adding evidence." in alert
    assert 'value="A note."' in page


def test_whoever_takes_a_claim_that_was_given_away_meanwhile_reads_to_whom(
    signed: SignIn, editor: User, desk: Desk, reviewer: Reviewer
) -> None:
    waiting, other = make.a_claim(desk, by=editor), make.a_reviewer(desk)
    client = signed(reviewer.user)
    page = client.get(page_of(waiting)).content.decode()
    seen = re.search(r'action="[^"]*/take/".*?name="seen" value="(\d+)"', page)
    assert seen
    make.put_on(waiting, other, editor)
    _page, alert = answer_to(client, step_of(waiting, "take"), {"seen": seen[1]})
    assert f"Assigned to {other}" in alert
    assert "Somebody else has this claim already." in alert


def test_what_is_wrong_with_a_form_is_said_alone_while_nothing_happened(
    signed: SignIn, reviewer: Reviewer, claim: Claim
) -> None:
    client = signed(reviewer.user)
    sent = sent_by(client.get(step_of(claim, "wait")).context["form"]) | {"until": ""}
    _page, alert = answer_to(client, step_of(claim, "wait"), sent)
    assert alert.startswith("Not done yet. Your text is kept.")
    assert "Say until when to wait" in alert


def test_whoever_lost_a_claim_out_of_sight_reads_that_and_nobody_else_that_there_is_one(
    signed: SignIn, editor: User, desk: Desk, reviewer: Reviewer, claim: Claim
) -> None:
    other = make.a_desk()
    make.joined(editor, other, DeskRole.EDITOR)
    act(claim.pk, Action.CHANGE_DESK, make.viewer(editor), desk=other, reason="A secret of theirs.")
    for user, says in {
        reviewer.user: f"#{claim.pk}: It is not open to you any more.",
        make.a_reviewer(desk).user: f"There is no claim #{claim.pk}. It may have been merged",
    }.items():
        client = signed(user)
        for answer in (client.get(page_of(claim)), client.post(step_of(claim, "wait"), SENT["wait"])):
            shown = html.unescape(answer.content.decode())
            assert answer.status_code == 404
            assert says in shown
            assert "A secret of theirs." not in shown
            assert claim.statement not in shown
            assert '<a class="cd-btn" href="/admin/claims/claim/drafts/">Your drafts</a>' in shown
