"""Texts that come in while claims are made on earlier ones, and people who note the same change at the same instant."""

from __future__ import annotations

from functools import partial

import pytest

from claims.models import Claim, ClaimEvent, Flag, FlagKind, RevisedPassage, User
from claims.services.following import follow_revisions, note_passage
from reviews.services.acting import acting_on
from tests import factories as make
from tests.concurrency.crowd import at_once, broken_promises, refusals

pytestmark = pytest.mark.django_db(transaction=True)
LATER = make.TEXT.replace("likely", "certain")


def note(passage: RevisedPassage, who: User) -> None:
    viewer = make.viewer(who)
    with acting_on(passage.appearance.claim_id, viewer) as acting:
        note_passage(acting.held, passage, f"{who} has compared them.", by=acting.by, user=who)


def test_a_claim_made_while_its_article_changes_is_flagged_whoever_is_first() -> None:
    desk = make.a_desk()
    editor = make.an_editor(desk)
    for _ in range(4):
        first = make.an_article()
        making = partial(make.a_claim, desk, by=editor, quote=make.a_quote(first.revision))
        at_once(making, partial(make.a_later_text, first.article, LATER), making, follow_revisions)
    follow_revisions()
    flagged = Flag.objects.standing().filter(kind=FlagKind.SOURCE_CHANGED)
    assert set(flagged.values_list("claim", flat=True)) == set(Claim.objects.values_list("pk", flat=True))
    assert broken_promises() == {}


def test_several_passes_and_people_at_once_find_and_note_a_change_once() -> None:
    desk = make.a_desk()
    editors = [make.an_editor(desk) for _ in range(3)]
    first = make.an_article()
    claim = make.a_claim(desk, by=editors[0], quote=make.a_quote(first.revision))
    make.a_later_text(first.article, LATER)
    at_once(*[follow_revisions] * 4)
    passage = RevisedPassage.objects.get()
    answers = at_once(*[partial(note, passage, editor) for editor in editors], follow_revisions)
    assert len(refusals(answers)) == 2
    assert {sentence.partition("has noted")[2][:8] for sentence in refusals(answers)} == {" this al"}
    types = list(ClaimEvent.objects.filter(claim=claim).order_by("seq").values_list("type", flat=True))
    assert types[-4:] == ["article.changed", "claim.raise_flag", "article.compare", "claim.clear_flag"]
    assert types.count("article.changed") == types.count("article.compare") == 1
    assert broken_promises() == {}
