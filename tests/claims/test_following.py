"""A later text of an article: whose quotes it touches is flagged once, until a person has compared it and said so."""

from __future__ import annotations

import pytest
from django.db import ProgrammingError, connection, transaction

from claims.errors import ActionNotPossible, ReasonMissing, RoleMissing
from claims.lifecycle import Action, DismissalReason, State
from claims.models import (
    Appearance,
    ArticleRevision,
    Claim,
    ClaimEvent,
    Desk,
    Flag,
    FlagKind,
    Following,
    RevisedPassage,
    Scope,
    User,
)
from claims.passages import Fate
from claims.services import following
from claims.services.following import follow_revisions, note_passage
from claims.services.proposing import GivenQuote
from claims.services.splitting import GivenPart
from reviews.services.acting import act, acting_on
from reviews.services.comparing import note_compared
from reviews.services.timeline import entries
from tests import factories as make
from tests.concurrency.crowd import broken_promises

pytestmark = pytest.mark.django_db
TEXT = f"{make.TEXT}\nThe party will meet on Friday.\nNobody would say more."
CHANGED = TEXT.replace("likely to resign", "certain to resign")


def an_article() -> ArticleRevision:
    return make.an_article(text=TEXT).revision


def revised(first: ArticleRevision, text: str = CHANGED, *, followed: bool = True) -> ArticleRevision:
    """The article comes in again with another text."""
    later = make.a_later_text(first.article, text)
    if followed:
        follow_revisions()
    return later


def flagged(claim: Claim) -> list[str]:
    standing = Flag.objects.standing().filter(claim=claim, kind=FlagKind.SOURCE_CHANGED)
    return list(standing.values_list("reason", flat=True))


def types(claim: Claim) -> list[str]:
    return list(ClaimEvent.objects.filter(claim=claim).order_by("seq").values_list("type", flat=True))


def note(passage: RevisedPassage, who: object, words: str = "They are surer now. It is the same claim.") -> None:
    claim = passage.appearance.claim_id
    viewer = make.viewer(who)  # type: ignore[arg-type]  # any of those who may be asked
    with acting_on(claim, viewer) as acting:
        note_passage(acting.held, passage, words, by=acting.by, user=viewer.user)


def test_a_changed_quote_is_flagged_with_both_passages_and_a_quote_elsewhere_is_not(desk: Desk) -> None:
    first = an_article()
    claim = make.a_claim(desk, quote=make.a_quote(first))
    other = make.a_claim(desk, quote=GivenQuote(first, "Nobody would say more"))
    later = revised(first, followed=False)
    assert follow_revisions() == 2
    assert flagged(claim) == ["The article reads otherwise now where it is quoted. Compare the passages."]
    assert flagged(other) == []
    passage = RevisedPassage.objects.get()
    assert (passage.appearance.claim, passage.revision, passage.fate) == (claim, later, Fate.CHANGED)
    assert "likely to resign" in passage.before
    assert passage.after == passage.before.replace("likely", "certain")
    changed = ClaimEvent.objects.get(type="article.changed")
    where = {"article": first.article_id, "quoted": 1, "revision": 2, "passage": passage.pk, "fate": "changed"}
    assert (changed.claim, changed.data) == (claim, where)
    assert changed.occurred_at <= changed.recorded_at
    assert broken_promises() == {}


@pytest.mark.parametrize(
    ("text", "fate"),
    [
        (TEXT.replace("She denied it on Monday.", "She denied it."), Fate.BESIDE),
        (TEXT.partition("\n")[2], Fate.GONE),
        ("\n".join(reversed(TEXT.split("\n"))), Fate.MOVED),
    ],
)
def test_what_became_of_it_is_said(desk: Desk, text: str, fate: Fate) -> None:
    first = an_article()
    claim = make.a_claim(desk, quote=make.a_quote(first))
    revised(first, text)
    assert RevisedPassage.objects.get().fate == fate
    (newest, *_) = [
        entry.words for entry in entries(list(claim.events.filter(type="article.changed")), make.now(), None)
    ]
    assert newest == f"Revision 2 of the article: {fate.label}"
    assert broken_promises() == {}


def test_following_again_or_the_same_text_again_adds_nothing(desk: Desk) -> None:
    first = an_article()
    claim = make.a_claim(desk, quote=make.a_quote(first))
    revised(first)
    seen = types(claim)
    Following.objects.update(finished_at=None)
    revised(first)
    assert types(claim) == seen
    assert RevisedPassage.objects.count() == 1


def test_a_later_text_that_leaves_the_passage_alone_does_not_ask_again(desk: Desk) -> None:
    first = an_article()
    claim = make.a_claim(desk, quote=make.a_quote(first))
    editor = make.an_editor(desk)
    revised(first)
    note(RevisedPassage.objects.get(), editor)
    revised(first, CHANGED.replace("Nobody", "No one"))
    assert flagged(claim) == []
    revised(first, CHANGED.replace("certain to resign", "rumoured to resign"))
    assert len(flagged(claim)) == 1
    assert broken_promises() == {}


def test_an_article_that_reads_as_quoted_again_clears_its_flag(desk: Desk) -> None:
    first = an_article()
    claim = make.a_claim(desk, quote=make.a_quote(first))
    revised(first)
    revised(first, TEXT.replace("Nobody", "No one"))
    assert flagged(claim) == []
    fates = RevisedPassage.objects.order_by("revision__number").values_list("fate", flat=True)
    assert list(fates) == [Fate.CHANGED, Fate.SAME]
    assert types(claim)[-2:] == ["article.changed", "claim.clear_flag"]
    assert broken_promises() == {}


def test_an_article_set_back_word_for_word_reads_as_quoted_again_and_may_change_once_more(desk: Desk) -> None:
    first = an_article()
    claim = make.a_claim(desk, quote=make.a_quote(first))
    revised(first)
    make.a_later_text(first.article, TEXT)
    follow_revisions()
    assert len(flagged(claim)) == 1  # only repeated: nobody said that it stands now
    back = make.a_later_text(first.article, TEXT, stands_now=True)
    follow_revisions()
    assert (back.number, back.sha256 == first.sha256, flagged(claim)) == (3, True, [])
    assert make.a_later_text(first.article, CHANGED, stands_now=True).number == 4
    follow_revisions()
    assert len(flagged(claim)) == 1
    fates = RevisedPassage.objects.order_by("revision__number").values_list("fate", flat=True)
    assert list(fates) == [Fate.CHANGED, Fate.SAME, Fate.CHANGED]
    assert broken_promises() == {}


def merged(claim: Claim, into: Claim, editor: User) -> None:
    act(claim.pk, Action.MERGE, make.viewer(editor), into=into)


def test_a_changed_quote_of_a_merged_claim_is_flagged_at_the_one_that_stays(desk: Desk, editor: User) -> None:
    first = an_article()
    gone, between, stays = make.a_claim(desk, quote=make.a_quote(first)), make.a_claim(desk), make.a_claim(desk)
    merged(gone, between, editor)
    merged(between, stays, editor)
    revised(first)
    assert flagged(stays) == [
        f"The article reads otherwise now where #{gone.pk} quotes it, which was merged into this claim."
    ]
    assert flagged(gone) == flagged(between) == []
    assert broken_promises() == {}
    note_compared(RevisedPassage.objects.get(), "It is the same claim.", make.viewer(editor))
    assert flagged(stays) == []
    assert broken_promises() == {}


def test_what_waits_to_be_compared_goes_with_a_merge_and_comes_back_with_its_undoing(desk: Desk, editor: User) -> None:
    first = an_article()
    gone, stays = make.a_claim(desk, quote=make.a_quote(first)), make.a_claim(desk)
    revised(first)
    merged(gone, stays, editor)
    assert (len(flagged(stays)), len(flagged(gone))) == (1, 0)
    act(gone.pk, Action.UNDO, make.viewer(editor))
    assert (len(flagged(stays)), len(flagged(gone))) == (0, 1)
    assert broken_promises() == {}


def test_a_follower_stopped_between_a_merged_claim_and_the_one_that_stays_catches_up(
    desk: Desk, editor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = an_article()
    gone, stays = make.a_claim(desk, quote=make.a_quote(first)), make.a_claim(desk)
    merged(gone, stays, editor)
    revised(first, followed=False)
    with monkeypatch.context() as stopped, pytest.raises(KeyboardInterrupt):
        stopped.setattr(following, "staying_for", interrupted)
        follow_revisions()
    assert flagged(stays) == []
    follow_revisions()
    assert len(flagged(stays)) == 1


def interrupted(_: object) -> None:
    raise KeyboardInterrupt


def test_a_person_who_compared_it_clears_the_flag_with_a_note(desk: Desk) -> None:
    first = an_article()
    reviewer, editor = make.a_reviewer(desk), make.an_editor(desk)
    claim = make.a_claim(desk, State.IN_REVIEW, by=editor, reviewer=reviewer, quote=make.a_quote(first))
    revised(first)
    passage = RevisedPassage.objects.get()
    with pytest.raises(ReasonMissing):
        note(passage, reviewer, "  ")
    with pytest.raises(RoleMissing):
        note(passage, make.an_administrator())
    note(passage, reviewer)
    passage.refresh_from_db()
    assert (passage.noted_by, passage.noted_by_user) == (str(reviewer), reviewer.user)
    assert flagged(claim) == []
    compared = ClaimEvent.objects.get(type="article.compare")
    assert (compared.actor_id, compared.reason) == (reviewer.user_id, passage.note)
    assert types(claim)[-2:] == ["article.compare", "claim.clear_flag"]
    with pytest.raises(ActionNotPossible, match=f"{reviewer} has noted this already"):
        note(passage, editor, "I see it in another way.")
    assert broken_promises() == {}


def test_a_key_compares_nothing(desk: Desk) -> None:
    first = an_article()
    make.a_claim(desk, quote=make.a_quote(first))
    revised(first)
    key, _ = make.a_key(Scope.EVIDENCE_WRITE, Scope.CLAIMS_WRITE)
    with pytest.raises(RoleMissing):
        note(RevisedPassage.objects.get(), key)


def test_what_was_overtaken_by_a_newer_text_is_not_noted(desk: Desk) -> None:
    first = an_article()
    make.a_claim(desk, quote=make.a_quote(first))
    revised(first)
    old = RevisedPassage.objects.get()
    revised(first, CHANGED.replace("certain", "sure"))
    with pytest.raises(ActionNotPossible, match="The article has changed again since"):
        note(old, make.an_editor(desk))


def test_proposed_and_dismissed_claims_are_flagged_once_they_are_accepted_or_restored(desk: Desk) -> None:
    first = an_article()
    editor = make.an_editor(desk)
    claims = [
        make.a_claim(desk, state, by=editor, quote=make.a_quote(first)) for state in (State.PROPOSED, State.DISMISSED)
    ]
    revised(first)
    assert [flagged(claim) for claim in claims] == [[], []]
    with pytest.raises(ActionNotPossible, match="Restore it"):
        note(RevisedPassage.objects.get(appearance__claim=claims[1]), editor)
    for claim, action in zip(claims, (Action.ACCEPT, Action.RESTORE), strict=True):
        act(claim.pk, action, make.viewer(editor))
        assert len(flagged(claim)) == 1
    assert broken_promises() == {}


def test_a_text_that_came_between_a_dismissal_and_its_undoing_is_flagged(desk: Desk) -> None:
    first = an_article()
    editor = make.an_editor(desk)
    claim = make.a_claim(desk, by=editor, quote=make.a_quote(first))
    act(claim.pk, Action.DISMISS, make.viewer(editor), reason=DismissalReason.OFF_SUBJECT)
    revised(first)
    act(claim.pk, Action.UNDO, make.viewer(editor))
    assert len(flagged(claim)) == 1
    assert broken_promises() == {}


def test_a_claim_made_on_an_earlier_text_is_flagged_from_the_start(desk: Desk) -> None:
    first = an_article()
    revised(first)
    editor = make.an_editor(desk)
    claim = make.a_claim(desk, by=editor, quote=make.a_quote(first))
    assert len(flagged(claim)) == 1
    part = GivenPart("She denied it on Monday.", quote="The minister")
    act(claim.pk, Action.SPLIT, make.viewer(editor), part=part)
    assert len(flagged(Claim.objects.get(split_from=claim))) == 1
    assert broken_promises() == {}


def test_two_quotes_that_changed_are_counted_in_the_reason(desk: Desk) -> None:
    first = an_article()
    claim = make.a_claim(desk, quote=make.a_quote(first))
    second = Appearance(
        claim=claim, revision=first, exact="She denied it", start=TEXT.index("She denied"), is_first=False
    )
    second.end = second.start + len(second.exact)
    second.save()
    revised(first)
    assert flagged(claim) == ["Articles read otherwise now in 2 places where they are quoted. Compare the passages."]
    assert set(broken_promises()) == {"claims_are_as_they_were_proposed"}  # the second was written past the services


def test_a_verdict_does_not_silence_it(desk: Desk) -> None:
    first = an_article()
    claim = make.a_claim(desk, State.DECIDED, quote=make.a_quote(first))
    revised(first)
    assert len(flagged(claim)) == 1
    assert broken_promises() == {}


def test_what_was_found_is_kept_by_the_database(desk: Desk) -> None:
    first = an_article()
    make.a_claim(desk, quote=make.a_quote(first))
    revised(first)
    note(RevisedPassage.objects.get(), make.an_editor(desk))
    for rewriting in ("SET fate = 'moved'", "SET note = 'Something else.'"):
        with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE claims_revisedpassage {rewriting}")
    with pytest.raises(ProgrammingError), transaction.atomic():
        RevisedPassage.objects.all().delete()


def test_a_text_that_cannot_be_followed_stops_no_other(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    bad, good = an_article(), an_article()
    claims = [make.a_claim(desk, quote=make.a_quote(one)) for one in (bad, good)]
    for first in (bad, good):
        revised(first, followed=False)
    whole = following.follow_quotes

    def refusing(held: object, laid: object) -> None:
        if held.claim == claims[0]:  # type: ignore[attr-defined]  # a held claim
            raise ActionNotPossible("It cannot be followed.")
        whole(held, laid)  # type: ignore[arg-type]  # as it was called

    monkeypatch.setattr(following, "follow_quotes", refusing)
    follow_revisions()
    assert [len(flagged(claim)) for claim in claims] == [0, 1]
    monkeypatch.undo()
    follow_revisions()
    assert [len(flagged(claim)) for claim in claims] == [1, 1]


def test_the_first_text_of_an_article_is_followed_nowhere() -> None:
    an_article()
    assert not Following.objects.exists()
