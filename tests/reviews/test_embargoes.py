"""Claims that an article under embargo says stay with the desk of the article, or come back to it."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from unittest.mock import Mock

import pytest
from django.db import connection

from claims.errors import Embargoed
from claims.lifecycle import Action, DismissalReason, State
from claims.models import Article, Claim, ClaimEvent, Desk, DeskRole, Heartbeat, Scope, User, Visibility
from claims.services import onebyone
from claims.services.proposing import GivenClaim
from claims.services.transitions import Held, locked
from reviews import tasks
from reviews.models import Assignment, Course, RuleVersion
from reviews.rules import Conditions, Outcomes
from reviews.services import embargoes
from reviews.services.acting import act, offered
from reviews.services.bringing import Wanted, bring_many
from reviews.services.embargoes import WHY, bring_home
from reviews.services.pool import take_next
from reviews.services.resettling import ask_to_apply, settle_asked
from reviews.services.routing import route_waiting
from tests import factories as make
from tests.api.batches import batch
from tests.api.conftest import signed_in, with_key
from tests.blindness.hidden import browser

pytestmark = pytest.mark.django_db
STAYS = "Until then its claims stay on the desk"


@pytest.fixture
def article(desk: Desk) -> Article:
    """Under embargo for two hours."""
    return make.an_article(desk=desk, embargo_until=make.ahead(hours=2)).article


def from_it(article: Article, state: State, by: User, **given: object) -> Claim:
    desk = article.desk
    assert desk is not None
    return make.a_claim(desk, state, by=by, quote=make.a_quote(article.revisions.get()), **given)  # type: ignore[arg-type]


def ends(article: Article, at: datetime | None) -> None:
    article.embargo_until = at
    article.save(update_fields=["embargo_until"])


def astray(there: Desk, article: Article, state: State = State.QUEUED, **given: object) -> Claim:
    """A claim that had gone to another desk before the embargo."""
    until = article.embargo_until
    ends(article, None)
    claim = make.a_claim(there, state, quote=make.a_quote(article.revisions.get()), **given)  # type: ignore[arg-type]
    ends(article, until)
    return claim


def test_nobody_gives_it_to_another_desk_and_everybody_can_read_why(article: Article, editor: User) -> None:
    claim, plain = from_it(article, State.QUEUED, editor), make.a_claim(Desk.objects.get(), by=editor)
    viewer, other = make.viewer(editor), make.a_desk()
    with pytest.raises(Embargoed, match=STAYS):
        act(claim.pk, Action.CHANGE_DESK, viewer, desk=other, reason="It is theirs.")
    told = {
        one.pk: {offer.action: (offer.allowed, offer.code) for offer in offered(one.pk, viewer)}[Action.CHANGE_DESK]
        for one in (claim, plain)
    }
    assert told == {claim.pk: (False, "embargoed"), plain.pk: (True, "")}
    ends(article, make.now())
    act(claim.pk, Action.CHANGE_DESK, viewer, desk=other, reason="It is theirs.")
    assert make.fresh(claim).desk == other


def test_nor_accepts_it_into_another_one(article: Article, desk: Desk, editor: User) -> None:
    claim, other = from_it(article, State.PROPOSED, editor), make.a_desk()
    make.joined(editor, other, DeskRole.EDITOR)
    api = signed_in(editor)
    refused = api.act(claim.pk, action="accept", desk=other.pk)
    assert (refused.status, refused.code, refused.pointers) == (409, "embargoed", ["/desk"])
    assert STAYS in refused.body["detail"]
    assert api.act(claim.pk, action="accept").status == 200
    assert make.fresh(claim).desk == desk


def test_nor_makes_one_there(article: Article, desk: Desk) -> None:
    other = make.a_desk()
    api = with_key(*Scope, desks=(desk, other))
    body = {"article": article.pk, "quote": {"exact": make.QUOTE}, "desk": other.pk}
    for path, sent in (("/claims", body), ("/claims", body | {"accept": True})):
        refused = api.post(path, sent)
        assert (refused.status, refused.code, refused.pointers) == (409, "embargoed", ["/desk"])
    (line,) = batch(api, body | {"accept": True}).body["results"]
    assert (line["status"], line["problem"]["code"]) == (409, "embargoed")
    assert not Claim.objects.exists()
    assert api.post("/claims", body | {"desk": desk.pk}).status == 201


def test_undoing_does_not_take_it_there_either(article: Article, desk: Desk, editor: User) -> None:
    there = make.a_desk()
    make.joined(editor, there, DeskRole.EDITOR)
    claim = astray(there, article)
    act(claim.pk, Action.CHANGE_DESK, make.viewer(editor), desk=desk, reason="Theirs alone for now.")
    (offer,) = [one for one in offered(claim.pk, make.viewer(editor)) if one.action == Action.UNDO]
    assert (offer.allowed, offer.code) == (False, "embargoed")
    with pytest.raises(Embargoed):
        act(claim.pk, Action.UNDO, make.viewer(editor))
    assert make.fresh(claim).desk == desk


def to_another() -> RuleVersion:
    return make.a_rule(Conditions(topics=("law",)), Outcomes(desk=make.a_desk().pk, priority=1))


def brought_at_once(article: Article, editor: User) -> Claim:
    given = GivenClaim("It ends.", "en", make.a_quote(article.revisions.get()), desk=article.desk, topics=["law"])
    (made,) = bring_many([Wanted(given, make.maker(editor, article.desk), accepted=True)])
    assert isinstance(made, Claim)
    return made


@pytest.mark.parametrize("way", ["one by one", "many at once"])
def test_a_rule_leaves_it_where_it_is_and_the_next_one_is_asked(article: Article, editor: User, way: str) -> None:
    away, here = to_another(), make.a_rule(Conditions(topics=("law",)), Outcomes(priority=2))
    many = way == "many at once"
    claim = brought_at_once(article, editor) if many else from_it(article, State.QUEUED, editor, topics=["law"])
    assert (make.fresh(claim).desk, make.fresh(claim).priority) == (article.desk, 2)
    course = Course.objects.get(claim=claim)
    why = "it would send the claim to another desk, and its article is under embargo"
    assert (course.rule, [(one["rule"], one["why"]) for one in course.earlier]) == (here, [(away.rule_id, why)])
    ends(article, make.now())
    later = brought_at_once(article, editor) if many else from_it(article, State.QUEUED, editor, topics=["law"])
    assert make.fresh(later).desk == away.desk


def test_applying_rules_to_open_claims_neither_moves_it_nor_takes_it_back(
    article: Article, desk: Desk, editor: User
) -> None:
    kept, away = from_it(article, State.QUEUED, editor, topics=["law"]), to_another()
    there = away.desk
    assert there is not None
    until = article.embargo_until
    ends(article, None)
    back = from_it(article, State.QUEUED, editor, topics=["law"])
    assert make.fresh(back).desk == there
    ends(article, until)
    bring_home()
    ask_to_apply(away, "Ida")
    settle_asked()
    assert [make.fresh(one).desk for one in (kept, back)] == [desk, desk]


def test_what_had_gone_to_another_desk_comes_back_and_is_given_to_somebody_there(article: Article, desk: Desk) -> None:
    there, here = make.a_desk(), make.a_reviewer(desk)
    working = make.a_reviewer(there)
    claims = [astray(there, article, state, reviewer=working) for state in (State.PROPOSED, State.IN_REVIEW)]
    tasks.settle()
    tasks.settle()
    for claim in claims:
        assert make.fresh(claim).desk == desk
        (event,) = ClaimEvent.objects.filter(claim=claim, type="claim.change_desk")
        assert (event.actor_name, event.reason) == ("embargo", WHY)
    route_waiting()
    (seat,) = Assignment.objects.open()
    assert (seat.claim, seat.reviewer) == (claims[1], here)
    working.refresh_from_db()
    assert not working.assignments.filter(status="open").exists()


def test_whoever_was_taken_off_with_a_move_gave_nothing_up_and_may_get_it_again(article: Article, desk: Desk) -> None:
    there, here = make.a_desk(), make.a_reviewer(desk)
    claim = astray(there, article, State.IN_REVIEW, reviewer=make.a_reviewer(there))
    for _ in range(2):
        bring_home()
        route_waiting()
        assert Assignment.objects.open().get(claim=claim).reviewer == here
        until = article.embargo_until
        ends(article, None)
        editor = make.joined(make.an_editor(desk), there, DeskRole.EDITOR)
        act(claim.pk, Action.CHANGE_DESK, make.viewer(editor), desk=there, reason="It is theirs.")
        ends(article, until)
    assert not Assignment.objects.open().filter(claim=claim).exists()


def test_what_is_decided_comes_back_too_and_what_is_dismissed_stays(article: Article, desk: Desk) -> None:
    there = make.a_desk()
    claims = [astray(there, article, state) for state in (State.DECIDED, State.DISMISSED)]
    assert bring_home() == 1
    assert [make.fresh(claim).desk for claim in claims] == [desk, there]


def test_what_is_dismissed_before_it_comes_back_stays_and_nobody_is_told_of_a_failure(
    article: Article, monkeypatch: pytest.MonkeyPatch
) -> None:
    there, failures = make.a_desk(), Mock()
    claim = astray(there, article)
    editor = make.viewer(make.an_editor(there))

    def dismissed_first(number: int) -> AbstractContextManager[Held]:
        until = article.embargo_until
        ends(article, None)  # while it lasts nobody there sees the claim
        act(number, Action.DISMISS, editor, reason=DismissalReason.OFF_SUBJECT)
        ends(article, until)
        return locked(number)

    monkeypatch.setattr(embargoes, "locked", dismissed_first)
    monkeypatch.setattr(onebyone, "log", failures)
    assert (bring_home(), failures.mock_calls) == (0, [])
    assert make.fresh(claim).desk == there


def test_evidence_that_protects_a_source_keeps_it_where_its_editors_are(article: Article) -> None:
    there, until = make.a_desk(), article.embargo_until
    claim = astray(there, article)
    ends(article, None)
    make.evidence_for(claim, by=make.an_editor(there), visibility=Visibility.PROTECTED)
    ends(article, until)
    assert bring_home() == 0
    assert make.fresh(claim).desk == there


def test_claims_that_two_desks_call_back_keep_no_other_from_coming_home(article: Article, desk: Desk) -> None:
    there, other = make.a_desk(), make.an_article(desk=make.a_desk(), embargo_until=make.ahead(hours=2)).article
    torn, behind = astray(there, article), astray(there, article)
    quote = torn.appearances.get()
    quote.pk, quote.revision, quote.is_first = None, other.revisions.get(), False
    quote.save(force_insert=True)
    assert bring_home(batch=1) == 1
    assert [make.fresh(claim).desk for claim in (torn, behind)] == [there, desk]


def test_administrators_read_which_open_claims_an_embargo_keeps_from_their_own_desk_for_good(article: Article) -> None:
    there, until = make.a_desk(), article.embargo_until
    editors = [make.an_editor(there), make.an_administrator()]
    stuck, coming = astray(there, article), astray(there, article)
    ends(article, None)
    make.evidence_for(stuck, by=editors[0], visibility=Visibility.PROTECTED)
    ends(article, until)
    Heartbeat.objects.create(name="sweep", ran_at=make.now())
    told = "An embargo keeps 1 open claim from its own desk: nobody there notices its dates."
    pages = [browser(one).get("/desk/").content.decode() for one in editors]
    assert [told in page for page in pages] == [False, True]
    assert f'<a href="/admin/claims/claim/{stuck.pk}/change/">#{stuck.pk}</a>' in pages[1]
    assert f"#{coming.pk}</a>" not in pages[1].partition(told)[2].partition("</p>")[0]
    ends(article, None)
    assert told not in browser(editors[1]).get("/desk/").content.decode()


def test_an_article_of_no_desk_and_one_whose_embargo_is_over_call_nothing_back(desk: Desk) -> None:
    there = make.a_desk()
    open_to_all = make.an_article(embargo_until=make.ahead(hours=2)).article
    over = make.an_article(desk=desk).article
    claims = [astray(there, article) for article in (open_to_all, over)]
    ends(over, make.now() - timedelta(seconds=1))
    assert bring_home() == 0
    assert {make.fresh(claim).desk for claim in claims} == {there}


def test_meanwhile_it_is_given_to_nobody_who_would_not_see_it(article: Article) -> None:
    there = make.a_desk()
    reviewer = make.a_reviewer(there)
    claim, plain = astray(there, article, priority=1), make.a_claim(there)
    assert take_next(make.viewer(reviewer)) == plain
    route_waiting()
    assert not Assignment.objects.filter(claim=claim).exists()
    ends(article, make.now())
    route_waiting()
    assert Assignment.objects.get(claim=claim).reviewer == reviewer


def test_articles_under_embargo_are_found_without_reading_the_others(article: Article) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("EXPLAIN SELECT id FROM claims_article WHERE embargo_until > now()")
        assert "article_under_embargo" in "".join(row for (row,) in cursor.fetchall())
