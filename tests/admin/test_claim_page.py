"""The page of one claim: everything on it in few queries, evidence and verdicts through it, no word lost."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from claims.lifecycle import Action, State
from claims.models import Article, Claim, Desk, DeskRole, Evidence, User, Visibility
from claims.verdicts import Question
from reviews.models import Absence, Assignment, Reviewer
from reviews.services import claimpage
from reviews.services.acting import act
from reviews.services.embargoes import WHY as KEPT
from reviews.services.embargoes import bring_home
from reviews.services.queueplaces import next_of_mine
from reviews.services.stillness import flag_standstill
from tests import factories as make
from tests.admin.conftest import SignIn, page_of, step_of

WHY = "Two independent reports say the same of it."


def verdict(claim: Claim, **given: Any) -> dict[str, Any]:
    usual = {"version": claim.version, "said": "not_checked", "so": "unproven", "why": WHY, "go_on": "on"}
    return {**usual, **given}


def record(client: Client, claim: Claim, **given: Any) -> Any:
    return client.post(reverse("admin:claims_claim_review", args=[claim.pk]), verdict(claim, **given))


def test_the_page_takes_at_most_twenty_queries(
    signed: SignIn, reviewer: Reviewer, claim: Claim, editor: User, fill: Callable[[int], None]
) -> None:
    client = signed(reviewer.user)
    make.evidence_for(claim, by=editor)
    client.get(page_of(claim))
    with CaptureQueriesContext(connection) as few:
        client.get(page_of(claim))
    fill(3)
    for _ in range(5):
        make.evidence_for(claim, by=editor)
    with CaptureQueriesContext(connection) as many:
        assert client.get(page_of(claim)).status_code == 200
    assert len(many) <= len(few)
    assert len(many) <= 20, [query["sql"][:90] for query in many]


def test_the_head_says_why_review_is_due_when_it_is(signed: SignIn, editor: User, claim: Claim) -> None:
    client = signed(editor)
    assert (
        f"{claim.desk.hours_for(3) if claim.desk else 0} h at priority 3)</span>"
        in client.get(page_of(claim)).content.decode()
    )
    act(claim.pk, Action.SET_DUE, make.viewer(editor), due=make.ahead(hours=2), reason="It leads the page.")
    words = f"moved by {editor.full_name}: It leads the page."
    assert words in client.get(page_of(claim)).content.decode()


@pytest.mark.parametrize("hours", [None, 24, -1])
def test_too_early_is_an_answer_only_while_the_claims_own_date_lies_ahead(
    signed: SignIn, desk: Desk, reviewer: Reviewer, hours: int | None
) -> None:
    own = make.dated(make.ahead(hours=hours)) if hours else None
    claim = make.a_claim(desk, State.IN_REVIEW, reviewer=reviewer, own=own)
    client, is_ahead = signed(reviewer.user), hours == 24
    assert ('value="too_early"' in client.get(page_of(claim)).content.decode()) is is_ahead
    answer = html.unescape(record(client, claim, said="accurate", so="too_early").content.decode())
    assert ("Too early is for a claim whose own date lies ahead." in answer) is not is_ahead


def test_a_claim_whose_reviewer_is_away_goes_back_to_the_pool_with_one_click(
    signed: SignIn, editor: User, reviewer: Reviewer, claim: Claim
) -> None:
    client, button = signed(editor), 'data-testid="goes-back"'
    assert button not in client.get(page_of(claim)).content.decode()
    Absence.objects.create(reviewer=reviewer, starts_at=make.ahead(hours=-1), ends_at=make.ahead(days=3))
    flag_standstill()
    assert button not in signed(reviewer.user).get(page_of(claim)).content.decode()
    shown = client.get(page_of(claim)).content.decode()
    assert button in shown
    form = shown[: shown.index(button)].rpartition("<form")[2]
    sent = dict(re.findall(r'<input type="hidden" name="(version|to)" value="(\w+)">', form))
    client.post(step_of(claim, "hand_over"), sent)
    assert (make.fresh(claim).state, Assignment.objects.get(claim=claim).status) == (State.QUEUED, "handed_over")


def test_what_can_be_done_comes_first_and_what_cannot_is_folded_away(
    signed: SignIn, editor: User, claim: Claim
) -> None:
    shown = signed(editor).get(page_of(claim)).content.decode()
    possible, folded = shown.split("Not possible now: ")
    assert 'data-testid="step-set_due"' in possible
    assert 'data-testid="step-restore"' not in possible
    assert folded.partition("<")[0] == str(folded.count('data-testid="step-'))
    assert 'data-testid="step-restore"' in folded


def test_a_proposed_claim_offers_no_step_that_nobody_can_take_yet(signed: SignIn, editor: User, desk: Desk) -> None:
    proposed = make.a_claim(desk, State.PROPOSED, by=editor)
    possible, folded = signed(editor).get(page_of(proposed)).content.decode().split("Not possible now: ")
    for name in ("hand_over", "wait"):
        assert step_of(proposed, name) not in possible
        assert f'data-testid="step-{name}"' in folded


def test_the_quote_is_marked_in_its_article(signed: SignIn, reviewer: Reviewer, claim: Claim) -> None:
    body = signed(reviewer.user).get(page_of(claim)).content.decode()
    assert f'<mark class="cd-mark-cur">{make.QUOTE}</mark>' in body


def test_reading_starts_nothing(signed: SignIn, editor: User, reviewer: Reviewer, desk: Desk) -> None:
    claim = make.a_claim(desk, by=editor)
    make.put_on(claim, reviewer, editor)
    signed(reviewer.user).get(page_of(claim))
    assert make.fresh(claim).state == State.QUEUED


def test_a_claim_of_another_desk_is_not_there(signed: SignIn, reviewer: Reviewer) -> None:
    foreign = make.a_claim(make.a_desk())
    client = signed(reviewer.user)
    assert client.get(page_of(foreign)).status_code == 404
    assert client.post(step_of(foreign, "dismiss"), {"reason": "other"}).status_code == 404


def test_a_link_becomes_evidence_and_starts_the_review(
    signed: SignIn, editor: User, reviewer: Reviewer, desk: Desk
) -> None:
    claim = make.a_claim(desk, by=editor)
    make.put_on(claim, reviewer, editor)
    given = {"what": "https://found.example/a?utm_source=x", "stance": "supports", "question": "so"}
    answer = signed(reviewer.user).post(reverse("admin:claims_claim_evidence", args=[claim.pk]), given)
    assert answer.status_code == 302
    assert Evidence.objects.get(claim=claim).url == "https://found.example/a"
    assert make.fresh(claim).state == State.IN_REVIEW


def test_words_become_a_note_and_a_file_is_kept(signed: SignIn, reviewer: Reviewer, claim: Claim) -> None:
    client, address = signed(reviewer.user), reverse("admin:claims_claim_evidence", args=[claim.pk])
    client.post(address, {"what": "She said so on the phone.", "stance": "context", "question": "said"})
    upload = SimpleUploadedFile("report.html", b"<script>alert(1)</script>", "text/html")
    client.post(address, {"what": "", "file": upload, "stance": "supports", "question": "so"})
    kinds = {item.kind: item for item in Evidence.objects.filter(claim=claim)}
    assert kinds["note"].question == Question.SAID
    assert kinds["file"].file_name == "report.html"


def test_an_unusable_link_keeps_what_was_typed(signed: SignIn, reviewer: Reviewer, claim: Claim) -> None:
    given = {"what": "https://user:secret@found.example/", "stance": "supports", "question": "so"}
    answer = signed(reviewer.user).post(reverse("admin:claims_claim_evidence", args=[claim.pk]), given)
    assert "https://user:secret@found.example/" in answer.content.decode()
    assert not Evidence.objects.filter(claim=claim).exists()


def test_recording_a_verdict_opens_the_next_claim(
    signed: SignIn, editor: User, reviewer: Reviewer, desk: Desk, claim: Claim
) -> None:
    following = make.a_claim(desk, State.IN_REVIEW, by=editor, reviewer=reviewer)
    answer = record(signed(reviewer.user), claim)
    assert answer.headers["Location"] == page_of(following)
    assert make.fresh(claim).state == State.DECIDED


def test_the_last_claim_leads_back_to_the_queue(signed: SignIn, reviewer: Reviewer, claim: Claim) -> None:
    assert record(signed(reviewer.user), claim).headers["Location"] == "/admin/"


def test_a_verdict_without_evidence_is_refused_and_its_words_are_kept(
    signed: SignIn, reviewer: Reviewer, claim: Claim
) -> None:
    body = record(signed(reviewer.user), claim, so="confirmed").content.decode()
    assert "No evidence yet." in body
    assert WHY in body
    assert make.fresh(claim).state == State.IN_REVIEW


def test_two_copies_of_one_origin_do_not_confirm(
    signed: SignIn, editor: User, reviewer: Reviewer, claim: Claim
) -> None:
    first = make.evidence_for(claim, by=editor)
    make.evidence_for(claim, by=editor, derives_from=first)
    assert "goes back to 1" in record(signed(reviewer.user), claim, so="confirmed").content.decode()


def test_a_change_in_between_keeps_the_words_and_says_what_changed(
    signed: SignIn, editor: User, reviewer: Reviewer, claim: Claim
) -> None:
    client = signed(reviewer.user)
    seen = client.get(page_of(claim)).context["verdict"]
    act(claim.pk, Action.SET_PRIORITY, make.viewer(editor), priority=1, reason="The minister spoke.")
    answer = record(client, claim, seen=seen.initial["seen"])
    body = answer.content.decode()
    assert "Somebody changed this claim since you read it." in body
    assert "changed the priority" in body
    assert WHY in body
    again = record(client, make.fresh(claim))
    assert again.status_code == 302
    assert make.fresh(claim).state == State.DECIDED


def test_steps_of_its_writer_do_not_make_a_verdict_stale(
    signed: SignIn, editor: User, reviewer: Reviewer, desk: Desk
) -> None:
    claim, client = make.a_claim(desk, by=editor), signed(reviewer.user)
    make.put_on(claim, reviewer, editor)
    seen = client.get(page_of(claim)).context["verdict"].initial["seen"]
    client.post(
        f"{page_of(claim).replace('change', 'evidence')}", {"what": "A note.", "stance": "supports", "question": "so"}
    )
    assert make.fresh(claim).state == State.IN_REVIEW
    assert record(client, claim, seen=seen).status_code == 302
    assert make.fresh(claim).state == State.DECIDED


def test_no_word_is_lost_when_the_claim_is_taken_away_meanwhile(
    signed: SignIn, editor: User, reviewer: Reviewer, claim: Claim
) -> None:
    client = signed(reviewer.user)
    given = {"version": claim.version, "to": "pool", "note": ""}
    assert signed(editor).post(step_of(claim, "hand_over"), given).status_code == 302
    stale, taken = (
        html.unescape(record(client, read, said="altered").content.decode()) for read in (claim, make.fresh(claim))
    )
    assert "Somebody changed this claim since you read it." in stale
    assert "No verdict of yours is asked for any more. What you wrote stands below." in stale
    assert "Not done yet. Your text is kept." in taken
    for shown in (stale, taken):
        assert "Was it said? Altered · Is it so? Unproven" in shown
        assert f"{WHY}</textarea>" in shown


def test_whoever_has_an_interest_reads_it_before_they_write_a_verdict(
    signed: SignIn, reviewer: Reviewer, claim: Claim
) -> None:
    outlet = claim.appearances.get().revision.article.outlet
    reviewer.interests.create(source=outlet)
    shown = html.unescape(signed(reviewer.user).get(page_of(claim)).content.decode())
    assert f"You have declared an interest in {outlet}. Step back from this claim." in shown
    assert 'data-testid="record"' not in shown


def test_what_is_too_long_is_refused_and_kept_whole_instead_of_cut_off(
    signed: SignIn, reviewer: Reviewer, claim: Claim
) -> None:
    client, much = signed(reviewer.user), "Every word of it counts. " * 200
    assert "maxlength" not in client.get(page_of(claim)).content.decode()
    assert "maxlength" not in client.get(step_of(claim, "hand_over")).content.decode()
    refused = record(client, claim, why=much).content.decode()
    assert "Why: 4,999 characters, at most 600 fit. Shorten it by 4,399." in refused
    assert much in refused
    noted = client.post(step_of(claim, "hand_over"), {"version": claim.version, "to": "pool", "note": much})
    assert "4999 characters, at most 600 fit. Shorten it." in noted.content.decode()
    assert record(client, claim, why="Two lines.\r\n" * 54).status_code == 302  # 593 characters, breaks counted once


def test_the_second_reviewer_sees_no_verdict_before_their_own(signed: SignIn, editor: User, desk: Desk) -> None:
    first, second = make.a_reviewer(desk), make.a_reviewer(desk)
    claim = make.a_claim(desk, State.SECOND_OPINION, by=editor, reviewer=first)
    make.put_on(claim, second, editor)
    client = signed(second.user)
    assert make.WHY not in client.get(page_of(claim)).content.decode()
    record(client, make.fresh(claim))
    assert make.WHY in client.get(page_of(claim)).content.decode()


def test_protected_evidence_is_shown_to_whoever_is_on_the_claim(
    signed: SignIn, editor: User, reviewer: Reviewer, desk: Desk, claim: Claim
) -> None:
    make.evidence_for(claim, by=editor, title="Who told us", visibility=Visibility.PROTECTED)
    outsider = make.a_reviewer(desk)
    assert "Who told us" in signed(reviewer.user).get(page_of(claim)).content.decode()
    assert "Who told us" not in signed(outsider.user).get(page_of(claim)).content.decode()


def test_a_reviewer_who_is_not_on_it_reads_why_no_verdict_is_taken(signed: SignIn, desk: Desk, claim: Claim) -> None:
    body = signed(make.a_reviewer(desk).user).get(page_of(claim)).content.decode()
    assert "Record verdict: only for reviewer on it." in body


def test_the_timeline_names_people_and_rules_and_hides_verdicts(signed: SignIn, editor: User, desk: Desk) -> None:
    first = make.a_reviewer(desk)
    claim = make.a_claim(desk, State.SECOND_OPINION, by=editor, reviewer=first)
    page = signed(editor).get(page_of(claim))
    words = [entry.words for entry in page.context["timeline"]]
    assert "You accepted it into the queue" in " ".join(words)
    assert f"{first} asked for a second opinion" in words
    assert make.WHY not in page.content.decode()


def test_the_timeline_says_what_was_changed_and_what_was_there_before(signed: SignIn, editor: User, desk: Desk) -> None:
    claim, who = make.a_claim(desk, by=editor, statement="It ends."), make.viewer(editor)
    act(claim.pk, Action.EDIT, who, changes={"statement": "It ends on Friday.", "topics": ["law"]})
    act(claim.pk, Action.EDIT, who, changes={"topics": ["law"]})
    act(claim.pk, Action.SET_PRIORITY, who, priority=1, reason="It leads the page.")
    act(claim.pk, Action.SET_PRIORITY, who, priority=1, reason="Still.")
    told = [entry.words for entry in signed(editor).get(page_of(claim)).context["timeline"]]
    assert [words for words in told if "accepted" not in words and "proposed" not in words] == [
        "You left the priority as it was",
        "You changed the priority from 3 to 1",
        "You left its words as they were",
        "You edited: statement (was “It ends.”), topics (was empty)",
    ]


def test_the_timeline_says_to_which_desk_a_claim_went_and_that_an_embargo_took_it(
    signed: SignIn, reviewer: Reviewer, editor: User, desk: Desk
) -> None:
    taken, there = make.an_article(desk=desk), make.a_desk()
    claim = make.a_claim(desk, by=editor, quote=make.a_quote(taken.revision))
    make.put_on(claim, reviewer, editor)
    act(claim.pk, Action.CHANGE_DESK, make.viewer(editor), desk=there, reason="They know the ministry.")
    Article.objects.update(embargo_until=make.ahead(hours=1))
    hidden = signed(make.joined(make.a_person(), there, DeskRole.EDITOR))
    assert hidden.get(page_of(claim)).status_code == 404
    both = signed(make.joined(make.an_editor(desk), there, DeskRole.EDITOR))
    assert f"It is kept with the desk {desk.name}" in both.get(page_of(claim)).content.decode()
    bring_home()
    page = signed(editor).get(page_of(claim))
    told = [(entry.words, entry.why) for entry in page.context["timeline"]]
    assert told[:1] == [(f"It went to the desk {desk.name}", KEPT)]
    assert ("You gave it to the desk " + there.name, "They know the ministry.") in told
    assert "Until then the claim stays on its desk" in page.content.decode()


def test_a_long_history_still_says_why_it_is_due_then_and_who_reopened_it(
    signed: SignIn, editor: User, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claimpage, "EVENTS", 2)
    claim, who = make.a_claim(desk, State.DECIDED, by=editor), make.viewer(editor)
    act(claim.pk, Action.PUBLISH, who)
    act(claim.pk, Action.REOPEN, who, reason="The ministry answered.")
    act(claim.pk, Action.SET_DUE, who, due=make.ahead(hours=5), reason="The desk waits for it.")
    for priority in (1, 2, 1):
        act(claim.pk, Action.SET_PRIORITY, who, priority=priority, reason="It leads the page.")
    shown = html.unescape(signed(editor).get(page_of(claim)).content.decode())
    assert f"moved by {editor.full_name}: The desk waits for it." in shown
    assert f"Reopened by {editor.full_name}, " in shown


def test_a_long_timeline_says_how_much_went_before_and_where_it_is(
    signed: SignIn, reviewer: Reviewer, claim: Claim, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed(reviewer.user)
    assert 'data-testid="older"' not in client.get(page_of(claim)).content.decode()
    monkeypatch.setattr(claimpage, "EVENTS", 2)
    shown = client.get(page_of(claim)).content.decode()
    whole = claim.events.count()
    assert f"{whole - 2} earlier, in the history" in shown
    (link,) = re.findall(r'href="([^"]*)" data-testid="older"', shown)
    assert client.get(link).context["cl"].result_count == whole


def test_what_a_claim_needs_first_is_a_button_of_its_own(signed: SignIn, editor: User, desk: Desk) -> None:
    client = signed(editor)
    for state, step in ((State.PROPOSED, "accept"), (State.DISMISSED, "restore"), (State.WAITING, "resume")):
        body = client.get(page_of(make.a_claim(desk, state, by=editor))).content.decode()
        assert re.findall(r'data-testid="first-(\w+)"', body) == [step]


def test_a_decided_claim_offers_what_comes_next_and_no_button_that_cannot_be_pressed(
    signed: SignIn, editor: User, desk: Desk
) -> None:
    claim, client = make.a_claim(desk, State.DECIDED, by=editor), signed(editor)
    body = client.get(page_of(claim)).content.decode()
    assert re.findall(r'data-testid="first-(\w+)"', body) == ["publish"]
    assert 'aria-describedby="refusal"' not in body
    act(claim.pk, Action.PUBLISH, make.viewer(editor))
    assert re.findall(r'data-testid="first-(\w+)"', client.get(page_of(claim)).content.decode()) == []


def test_a_draft_belongs_to_one_person(signed: SignIn, reviewer: Reviewer, claim: Claim) -> None:
    body = signed(reviewer.user).get(page_of(claim)).content.decode()
    assert f'data-cd-draft="claim-{claim.pk}-round-{claim.round}-of-{reviewer.user.pk}"' in body


def test_an_editor_sees_both_reviews_of_a_disagreement_and_names_an_adjudicator(
    signed: SignIn, editor: User, desk: Desk
) -> None:
    first, second, third = make.a_reviewer(desk), make.a_reviewer(desk), make.a_reviewer(desk)
    claim = make.a_claim(desk, State.SECOND_OPINION, by=editor, reviewer=first)
    make.put_on(claim, second, editor)
    for _ in range(2):
        make.evidence_for(claim, by=editor)
    make.review_by(claim, second, make.CONFIRMED)
    client = signed(editor)
    body = client.get(page_of(claim)).content.decode()
    assert make.WHY in body
    assert make.CONFIRMED.why in body
    assert "Name an adjudicator" in body
    assert "Name an adjudicator" not in signed(third.user).get(page_of(claim)).content.decode()
    signed(editor).post(step_of(claim, "assign"), {"version": claim.version, "to": third.pk, "note": ""})
    assert "Name an adjudicator" not in signed(editor).get(page_of(claim)).content.decode()
    settles = signed(third.user)
    assert "Settle the disagreement" in settles.get(page_of(claim)).content.decode()
    record(settles, make.fresh(claim), so="confirmed")
    assert make.fresh(claim).state == State.DECIDED


def test_the_bar_names_the_claim_that_comes_next_in_the_queue(
    signed: SignIn, desk: Desk, editor: User, reviewer: Reviewer
) -> None:
    first, second = (
        make.a_claim(
            desk, State.IN_REVIEW, by=editor, reviewer=reviewer, statement=says, language="uk", review_due_at=due
        )
        for says, due in (("First <b>.", make.ahead(hours=30)), ("Second <b>.", make.ahead(hours=40)))
    )
    client = signed(reviewer.user)
    assert f'1 of 2 in your queue. Next: #{second.pk} <bdi lang="uk">Second &lt;b&gt;.</bdi>' in body(client, first)
    assert "Next:" not in body(client, second)


def test_a_claim_that_waits_is_opened_next_only_where_nothing_else_is_left(
    signed: SignIn, desk: Desk, editor: User, reviewer: Reviewer
) -> None:
    first, second = (
        make.a_claim(desk, State.IN_REVIEW, by=editor, reviewer=reviewer, review_due_at=make.ahead(hours=hours))
        for hours in (30, 40)
    )
    parked = make.a_claim(desk, State.WAITING, by=editor, reviewer=reviewer)
    me, now = make.viewer(reviewer), make.now()
    assert next_of_mine(first.pk, me, now) == second.pk
    assert next_of_mine(second.pk, me, now) == first.pk
    assert next_of_mine(parked.pk, me, now) == first.pk
    assert "Next:" not in body(signed(reviewer.user), second)
    other = make.a_reviewer(desk)
    last, waits = (make.a_claim(desk, state, by=editor, reviewer=other) for state in (State.IN_REVIEW, State.WAITING))
    assert next_of_mine(last.pk, make.viewer(other), now) == waits.pk
    assert next_of_mine(waits.pk, make.viewer(other), make.now() + timedelta(days=1)) == last.pk


def body(client: Client, claim: Claim) -> str:
    return client.get(page_of(claim)).content.decode()


def test_every_page_of_the_admin_bears_our_sign_and_names_the_city_of_its_times(
    signed: SignIn, editor: User, claim: Claim
) -> None:
    editor.zone = "America/New_York"
    editor.save(update_fields=["zone"])
    client = signed(editor)
    html = body(client, claim)
    assert ", New York</span>" in html.split("As of ")[1][:30]
    assert "#x-mark" in html.split('aria-label="Home"')[1][:200]


def test_a_list_is_called_in_the_title_of_its_window_what_it_is_called_on_the_page(
    signed: SignIn, editor: User
) -> None:
    client = signed(editor)
    for address, name in (
        ("claims_claim", "Claims"),
        ("claims_claimevent", "Events"),
        ("reviews_reviewer", "Reviewers"),
    ):
        html = client.get(reverse(f"admin:{address}_changelist")).content.decode()
        title = html.split("<title>")[1].split("</title>")[0].strip()
        assert title == f"{name} · Claim desk"
        assert re.search(rf"<h1[^>]*>{name}</h1>", html)
