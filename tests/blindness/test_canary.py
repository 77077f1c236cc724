"""Blind means blind: whoever still has to judge finds no word of another's review anywhere on the site."""

from __future__ import annotations

import logging
from collections.abc import Callable

import pytest
from django.core import mail
from django.db import connection
from django.test import Client

from claims.api import limits
from claims.lifecycle import State
from claims.models import DeskRole, Scope, User
from claims.services.sweep import raise_due_flags
from claims.verdicts import Answers, Said, So
from reviews import tasks
from reviews.models import PolicyKind, Reviewer, ReviewPolicy
from reviews.services.acting import acting_on
from reviews.services.editing import take_as_editor
from reviews.services.reviewing import ask_second_opinion
from tests import factories as make
from tests.blindness.hidden import CANARY, browser, said_by_an_article, under_embargo, with_words
from tests.blindness.routes import addresses_about, walked

pytestmark = pytest.mark.django_db
REASON = f"{CANARY}: half of it can be shown and the other half cannot."
FIRST = Answers(Said.ALTERED, So.PARTLY, REASON)
KINDS: dict[str, Callable[[], ReviewPolicy]] = {
    "a second opinion": make.a_policy,
    "a reviewer and an editor": lambda: make.a_policy(PolicyKind.WITH_EDITOR, 2),
    "three independent": lambda: make.a_policy(PolicyKind.INDEPENDENT, 3, 2),
}


@pytest.fixture(autouse=True)
def _no_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """A walk asks more than a person does in a minute."""
    monkeypatch.setattr(limits, "REQUESTS", limits.Counter(10**6))


class Round:
    """A claim with one review in, and somebody who still has to give theirs: `also` when somebody is named."""

    def __init__(self, policy: ReviewPolicy, also: Reviewer | None = None) -> None:
        self.desk = make.a_desk_with(policy)
        self.editor, self.first = make.an_editor(self.desk), make.a_reviewer(self.desk)
        self.claim = make.a_claim(self.desk, by=make.an_editor(self.desk))
        make.evidence_for(self.claim)
        make.evidence_for(self.claim, question="said", url="https://heard.example/speech")
        make.put_on(self.claim, self.first, self.editor)
        self.second = self._judge(policy, also)

    def _judge(self, policy: ReviewPolicy, also: Reviewer | None) -> User:
        """The first review comes in; answers whoever is to judge next."""
        if policy.kind == PolicyKind.ONE:
            make.start(self.claim, self.first)
            with acting_on(self.claim.pk, make.viewer(self.first)) as acting:
                ask_second_opinion(acting.held, acting.mine, FIRST, by=acting.by, why=f"{CANARY}, I am not sure.")
        else:
            make.review_by(self.claim, self.first, FIRST)
        if policy.kind == PolicyKind.WITH_EDITOR:
            take_as_editor(self.claim.pk, make.viewer(self.editor))
            return self.editor
        if also:
            make.joined(also.user, self.desk, DeskRole.REVIEWER)
        second = also or make.a_reviewer(self.desk)
        make.put_on(self.claim, second, self.editor)
        return second.user


@pytest.fixture(params=KINDS)
def running(request: pytest.FixtureRequest) -> Round:
    return Round(KINDS[request.param]())


def questions(addresses: list[str]) -> list[str]:
    """The lists of the admin and the API, asked for what only the hidden review says, in every way they can be."""
    lists = [address for address in addresses if address.startswith("/admin/") and address.count("/") == 4]
    asked = (f"q={CANARY}", "so=partly", "said__exact=altered", f"reviews__why__contains={CANARY}")
    found = [f"{address}?{query}" for address in lists for query in asked]
    return [
        *found,
        f"/admin/search/?s={CANARY}&extended=1",
        f"/api/v1/claims?q={CANARY}",
        "/api/v1/claims?verdict=partly",
    ]


def about_the_claim(running: Round) -> list[str]:
    """The addresses that show the claim or reviews, without its dialogs."""
    found = [address for address in addresses_about(running.claim) if "/step/" not in address]
    named = (f"/claim/{running.claim.pk}", f"/claims/{running.claim.pk}", "/reviews/review/")
    return [address for address in found if any(part in address for part in named)]


@pytest.fixture(params=[("a second opinion", "three independent"), ("a reviewer and an editor",)], ids=" and ".join)
def rounds(request: pytest.FixtureRequest) -> list[Round]:
    """One of each kind, with the same person who still has to judge: what is asked for once shows all of them."""
    first, *others = (KINDS[kind] for kind in request.param)
    begun = Round(first())
    return [begun, *(Round(kind(), begun.second.reviewer) for kind in others)]


def test_whoever_still_has_to_judge_finds_nothing_of_the_first_review(
    rounds: list[Round], caplog: pytest.LogCaptureFixture
) -> None:
    second = rounds[0].second
    kept = said_by_an_article(rounds[0].desk, make.a_reviewer(rounds[0].desk))
    under_embargo(kept)  # of another desk: what this article says is hidden from everybody here, too
    claims = [*(one.claim for one in rounds), kept]
    addresses = sorted({address for claim in claims for address in addresses_about(claim)})
    with caplog.at_level(logging.DEBUG):
        seen = walked(browser(second), addresses)
    read = {one.address for one in seen if one.status == 200}
    assert len(read) > 60
    for one in rounds:
        assert {f"/admin/claims/claim/{one.claim.pk}/change/", f"/api/v1/claims/{one.claim.pk}/reviews"} <= read
    assert with_words(seen, CANARY) == []
    assert CANARY not in caplog.text
    api = [one for one in seen if one.address.startswith("/api/v1/") and one.status == 200]
    assert [one.address for one in api if '"partly"' in one.text or '"altered"' in one.text] == []


def test_no_list_answers_a_question_about_a_hidden_review(rounds: list[Round]) -> None:
    client = browser(rounds[0].second)
    for question in questions(addresses_about(rounds[0].claim)):
        answer = client.get(question)  # a question that is not allowed is 302 or 400
        shown = answer.content.decode() if answer.status_code == 200 else ""
        assert [one.claim for one in rounds if one.claim.statement in shown] == [], question


def test_no_other_table_holds_a_word_of_it_whatever_runs_by_itself(running: Round) -> None:
    raise_due_flags()
    for task in (tasks.route, tasks.settle, tasks.notices, tasks.letters, tasks.digests, tasks.tend, tasks.escalations):
        task()
    assert [letter.subject for letter in mail.outbox if CANARY in f"{letter.subject} {letter.message()}"] == []
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace")
        tables = [name for (name,) in cursor.fetchall()]
        found = set()
        for table in tables:
            cursor.execute(f'SELECT 1 FROM "{table}" AS row WHERE row::text LIKE %s LIMIT 1', [f"%{CANARY}%"])  # noqa: S608 - names from the catalogue
            found |= {table} if cursor.fetchone() else set()
    assert found <= {"reviews_review", "reviews_secondopinion"}
    assert "reviews_review" in found
    assert running.claim.state != State.DECIDED


def test_neither_a_colleague_nor_another_editor_nor_a_key_finds_it(running: Round) -> None:
    colleague, other = make.a_reviewer(running.desk).user, make.an_editor(running.desk)
    addresses = about_the_claim(running)
    for user in (colleague, other):
        assert with_words(walked(browser(user), addresses), CANARY) == []
    key = Client(headers={"Authorization": f"Bearer {make.a_key(*Scope)[1]}"})
    assert with_words(walked(key, [one for one in addresses if one.startswith("/api/")]), CANARY) == []


def test_the_first_reviewer_finds_their_own_words_and_everybody_does_once_it_is_decided(running: Round) -> None:
    claim = running.claim.pk
    places = [f"/admin/claims/claim/{claim}/change/", f"/api/v1/claims/{claim}/reviews"]
    assert with_words(walked(browser(running.first.user), places), CANARY) == places[1:]
    for seat in running.claim.assignments.filter(status="open"):
        make.review_by(running.claim, seat.reviewer, FIRST)
    assert make.fresh(running.claim).state == State.DECIDED
    for user in (running.second, make.a_reviewer(running.desk).user):
        assert with_words(walked(browser(user), places), CANARY) == places


def test_a_review_of_a_round_that_came_to_nothing_is_found_nowhere_either(running: Round) -> None:
    make.start_again(running.claim, running.editor)
    new = make.a_reviewer(running.desk)
    make.put_on(running.claim, new, make.an_editor(running.desk))
    assert with_words(walked(browser(new.user), about_the_claim(running)), CANARY) == []
