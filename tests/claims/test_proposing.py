"""Claims come in with the exact words they stand on, or not at all."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from claims.deadlines import Precision
from claims.errors import DeskMissing, Invalid, QuoteAmbiguous, QuoteNotInText, RoleMissing, UnusableText
from claims.lifecycle import State
from claims.models import Appearance, ChainStep, Claim, ClaimHead, Desk, Scope, Source, User
from claims.services.proposing import GivenClaim, GivenDate, GivenQuote, GivenStep, Maker, propose
from reviews.services.accepting import bring
from tests.factories import (
    QUOTE,
    TEXT,
    a_claim,
    a_desk,
    a_key,
    a_quote,
    a_reviewer,
    ahead,
    an_article,
    an_editor,
    dated,
    maker,
)

pytestmark = pytest.mark.django_db


def given(**changed: Any) -> GivenClaim:
    return GivenClaim(**{"statement": "The minister will resign.", "language": "en", **changed})


def nothing_was_written() -> bool:
    return not any(kind.objects.exists() for kind in (Claim, ClaimHead, Appearance, ChainStep))


def test_a_quote_keeps_its_exact_place_and_surroundings(desk: Desk) -> None:
    quote = "She denied it"
    seen = a_claim(desk, quote=a_quote(an_article().revision, quote)).appearances.get()
    assert (seen.exact, seen.start, seen.end) == (quote, TEXT.index(quote), TEXT.index(quote) + len(quote))
    assert TEXT[seen.start : seen.end] == quote
    assert TEXT.startswith(seen.prefix + quote + seen.suffix, seen.start - len(seen.prefix))


def test_offsets_count_code_points(desk: Desk) -> None:
    revision = an_article(text="🙂🙂 Cafe\u0301 opens. Prices fall.").revision
    seen = a_claim(desk, quote=a_quote(revision, "Prices fall")).appearances.get()
    assert (seen.start, revision.text[seen.start : seen.end]) == (15, "Prices fall")


def test_a_quote_that_is_not_there_is_refused_with_the_nearest_words(editor: User, desk: Desk) -> None:
    quote = a_quote(an_article().revision, "The minister is likely to retire next week")
    with pytest.raises(QuoteNotInText) as refused:
        propose(given(quote=quote, desk=desk), maker(editor, desk))
    assert refused.value.pointer == "/quote"
    assert "likely to resign next week" in str(refused.value.facts["nearest"])
    assert nothing_was_written()


def test_a_quote_that_stands_twice_names_its_places_unless_one_is_meant(editor: User, desk: Desk) -> None:
    revision = an_article(text="Prices fall. Rents rise. Prices fall.").revision
    with pytest.raises(QuoteAmbiguous) as refused:
        propose(given(quote=a_quote(revision, "Prices fall"), desk=desk), maker(editor, desk))
    assert refused.value.facts["offsets"] == [0, 25]
    second = GivenQuote(revision, "Prices fall", prefix="Rents rise. ")
    assert a_claim(desk, quote=second).appearances.get().start == 25
    assert a_claim(desk, quote=GivenQuote(revision, "Prices fall", start=0)).appearances.get().start == 0


@pytest.mark.parametrize(
    ("changed", "error", "pointer"),
    [
        ({"statement": " "}, Invalid, "/statement"),
        ({"statement": "a" * 1001}, UnusableText, "/statement"),
        ({"statement": "a\u202eb"}, UnusableText, "/statement"),
        ({"language": ""}, Invalid, "/language"),
        ({"language": "plain English"}, Invalid, "/language"),
        ({"priority": 5}, Invalid, "/priority"),
        ({"short_text": "a" * 76}, UnusableText, "/short_text"),
        ({"topics": ["a" * 41]}, UnusableText, "/topics"),
        ({"own": GivenDate(date(2026, 11, 27), date(2026, 11, 26), Precision.DAY, "UTC")}, Invalid, "/own_date"),
        ({"own": GivenDate(date(2026, 11, 27), date(2026, 11, 27), Precision.DAY, "Mars")}, Invalid, "/own_date"),
    ],
)
def test_a_claim_that_cannot_be_kept_leaves_nothing_behind(
    editor: User, desk: Desk, changed: dict[str, Any], error: type[Invalid], pointer: str
) -> None:
    with pytest.raises(error) as refused:
        propose(given(desk=desk, **changed), maker(editor, desk))
    assert refused.value.pointer == pointer
    assert nothing_was_written()


def test_a_bad_step_of_the_chain_takes_the_whole_claim_back(editor: User, desk: Desk) -> None:
    chain = [GivenStep("Harbour Post", "outlet"), GivenStep()]
    with pytest.raises(Invalid, match="A step of the chain needs a source, or a note") as refused:
        propose(given(quote=a_quote(an_article().revision), chain=chain, desk=desk), maker(editor, desk))
    assert refused.value.pointer == "/chain/1"
    assert nothing_was_written()


def test_the_chain_runs_from_the_article_to_the_origin_with_its_gaps(desk: Desk) -> None:
    chain = [
        GivenStep("Harbour Post", "outlet", verb="reports"),
        GivenStep(note="how the paper knows is not stated"),
        GivenStep("Vera Lund", "person", verb="said", on_record=True),
    ]
    steps = a_claim(desk, chain=chain).appearances.get().chain.all()
    assert [str(step) for step in steps] == ["Harbour Post", "how the paper knows is not stated", "Vera Lund"]
    assert [(step.order, step.on_record) for step in steps] == [(1, None), (2, None), (3, True)]


def test_a_named_source_is_known_again_and_an_unnamed_one_never(desk: Desk) -> None:
    for _ in range(2):
        a_claim(desk, chain=[GivenStep("Vera Lund"), GivenStep("a source close to her", "unnamed", named=True)])
    assert Source.objects.filter(name="Vera Lund").count() == 1
    unnamed = Source.objects.filter(kind="unnamed")
    assert (unnamed.count(), set(ChainStep.objects.filter(source__in=unnamed).values_list("named"))) == (2, {(False,)})


def test_a_person_and_an_organisation_of_one_name_are_two(desk: Desk) -> None:
    a_claim(desk, chain=[GivenStep("Aurora", "person"), GivenStep("Aurora", "organisation")])
    assert Source.objects.filter(name="Aurora").count() == 2


def test_the_hedge_is_read_from_the_quote_and_kept_as_printed(desk: Desk) -> None:
    seen = a_claim(desk, quote=a_quote(an_article().revision, QUOTE)).appearances.get()
    assert seen.hedge_words == ["is likely to"]
    assert seen.hedge_kind != "none"


def test_a_given_hedge_is_taken_as_it_is(desk: Desk) -> None:
    none, other = (a_claim(desk, hedge=words).appearances.get() for words in ((), ("it is whispered",)))
    assert (none.hedge_words, none.hedge_kind, none.hedge_low) == ([], "none", None)
    assert other.hedge_words == ["it is whispered"]


def test_an_own_date_is_counted_from_the_article(desk: Desk, editor: User) -> None:
    taken = an_article()
    claim = a_claim(desk, by=editor, quote=a_quote(taken.revision), own=dated(ahead(days=3)))
    assert (claim.confirm_counted_from, claim.confirm_read_by) == (taken.article.published_at, editor.full_name)


def test_topics_are_one_spelling_each(desk: Desk) -> None:
    assert a_claim(desk, topics=["Budget", "budget", "Arms"]).topics == ["arms", "budget"]


def test_proposing_and_accepting_at_once_are_two_events_of_one_transaction(desk: Desk, editor: User) -> None:
    due = ahead(hours=5)
    claim = bring(given(desk=desk, review_due_at=due), maker(editor, desk), accepted=True)
    first, second = claim.events.all()
    assert (first.type, second.type, first.tx == second.tx) == ("claim.propose", "claim.accept", True)
    assert (first.from_state, first.to_state, second.to_state) == ("", "proposed", "queued")
    assert (claim.state, claim.review_due_at) == (State.QUEUED, due)


def test_accepting_at_once_needs_the_right_to_accept_and_a_desk(desk: Desk, editor: User) -> None:
    key, _ = a_key(Scope.CLAIMS_WRITE)
    for who, error in ((maker(key, desk), RoleMissing), (maker(a_reviewer(desk).user, desk), RoleMissing)):
        with pytest.raises(error):
            bring(given(desk=desk), who, accepted=True)
    with pytest.raises(DeskMissing):
        bring(given(), maker(editor, None), accepted=True)
    with pytest.raises(Invalid):
        bring(given(desk=desk, review_due_at=ahead() - timedelta(1)), maker(editor, desk), accepted=True)
    assert nothing_was_written()


def test_a_key_that_may_not_write_proposes_nothing(desk: Desk) -> None:
    key, _ = a_key(Scope.CLAIMS_READ, Scope.EVIDENCE_WRITE)
    with pytest.raises(RoleMissing, match="Propose: only for"):
        propose(given(desk=desk), maker(key, desk))
    assert nothing_was_written()


def test_a_key_of_one_desk_brings_nothing_to_another(desk: Desk) -> None:
    key, _ = a_key(Scope.CLAIMS_WRITE, desks=(desk,))
    assert propose(given(desk=desk), maker(key, desk)).made_by_key == key
    other = a_desk()
    with pytest.raises(RoleMissing):
        propose(given(desk=other), maker(key, other))


def test_whoever_is_nothing_on_the_desk_proposes_nothing(desk: Desk) -> None:
    stranger = an_editor(a_desk())
    with pytest.raises(RoleMissing):
        propose(given(desk=desk), maker(stranger, desk))
    with pytest.raises(RoleMissing):
        propose(given(desk=desk), Maker(stranger.as_actor(), user=stranger))
