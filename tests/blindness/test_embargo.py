"""An article under embargo is for its desk: nobody of another one finds a word of it, wherever its claims had gone."""

from __future__ import annotations

import pytest
from django.core import mail
from django.test import override_settings

from claims.models import Claim, Desk, DeskRole, Scope, Source, SourceKind, User
from claims.services.proposing import GivenStep
from reviews import tasks
from reviews.models import Notice, Reviewer
from reviews.rules import Conditions
from reviews.services.notices import tell
from reviews.services.people import declare_interest
from tests import factories as make
from tests.api.conftest import signed_in, with_key
from tests.blindness.hidden import CANARY, browser, said_by_an_article, under_embargo, with_words
from tests.blindness.routes import walked

pytestmark = pytest.mark.django_db


@pytest.fixture
def working() -> Reviewer:
    """Who edits the desk to which the claim had gone, reviews for it, and is on it."""
    desk = make.a_desk()
    return make.profiled(make.joined(make.an_editor(desk), desk, DeskRole.REVIEWER))


@pytest.fixture
def claim(working: Reviewer) -> Claim:
    return said_by_an_article(Desk.objects.get(memberships__user=working.user, memberships__role="editor"), working)


def places(claim: Claim) -> list[str]:
    """Where whoever works on the claim finds it, each with what the claim was made from."""
    pages = ["/admin/", f"/admin/claims/claim/{claim.pk}/change/", "/admin/claims/claim/", "/admin/reviews/notice/"]
    lists = [f"/admin/{name}/" for name in ("claims/evidence", "claims/flag", "reviews/assignment")]
    found = [f"/admin/search/?s={CANARY}&extended=1", "/desk/"]
    api = [f"/api/v1/claims/{claim.pk}", f"/api/v1/claims/{claim.pk}/evidence", "/api/v1/claims", "/api/v1/notices"]
    return [*pages, *lists, *found, *api]


def test_whoever_worked_on_it_finds_nothing_more_of_it_from_the_embargo_on(claim: Claim, working: Reviewer) -> None:
    client = browser(working.user)
    assert with_words(walked(client, places(claim)), CANARY) == places(claim)
    under_embargo(claim)
    mail.outbox.clear()
    seen = walked(client, places(claim))
    assert with_words(seen, CANARY) == []
    assert {one.status for one in seen if f"/{claim.pk}" in one.address} == {404}
    tasks.letters()
    tasks.digests()
    assert [letter.subject for letter in mail.outbox if CANARY in str(letter.message())] == []


def test_people_of_both_desks_and_administrators_still_find_it(claim: Claim, working: Reviewer) -> None:
    article = under_embargo(claim)
    assert article.desk is not None
    make.joined(working.user, article.desk, DeskRole.REVIEWER)
    assert with_words(walked(browser(working.user), places(claim)), CANARY) == places(claim)
    page = [f"/admin/claims/claim/{claim.pk}/change/", f"/api/v1/claims/{claim.pk}"]
    assert with_words(walked(browser(make.an_administrator()), page), CANARY) == page


def test_whoever_loses_a_claim_to_the_embargo_reads_its_number_and_no_word_of_it(
    claim: Claim, working: Reviewer
) -> None:
    client = browser(working.user)
    User.objects.filter(pk=working.user_id).update(email="ida@harbour.example")
    under_embargo(claim)
    with override_settings(MAIL_ENABLED=True):
        tasks.settle()
        tell(list(claim.events.all()))
        mail.outbox.clear()
        tasks.letters()
    told = Notice.objects.get(user=working.user, reason="taken_off")
    page = client.get("/admin/reviews/notice/").content.decode()
    assert "Taken off a claim" in page
    assert f"#{claim.pk}" in page
    assert "It is not open to you any more." in page
    assert f"/claims/claim/{claim.pk}/" not in page
    (row,) = [one for one in signed_in(working.user).get("/notices").body["results"] if one["id"] == told.pk]
    says = (row["claim"], row["in_sight"], row["statement"], row["done"], row["why"])
    assert says == (claim.pk, False, "", "It is not open to you any more.", "")
    own = f"/admin/reviews/notice/{told.pk}/change/"
    seen = walked(client, [*places(claim), own, f"/admin/reviews/notice/{told.pk}/history/"])
    assert with_words(seen, CANARY) == []
    (letter,) = mail.outbox
    assert letter.subject == f"Taken off a claim: #{claim.pk} It is not open to you any more."
    assert CANARY not in str(letter.message())
    assert f"/claims/claim/{claim.pk}/" not in str(letter.message())
    assert client.post("/admin/reviews/notice/read/", {"notice": told.pk}).status_code == 302
    told.refresh_from_db()
    assert told.read_at is not None


FIELDS = "app_label=reviews&model_name=interest&field_name=source"


@pytest.fixture
def named(claim: Claim) -> list[int]:
    """The sources that the article names and nothing else: its outlet, a person, a role without a name."""
    article = claim.appearances.get().revision.article
    Source.objects.filter(pk=article.outlet_id).update(name=f"{CANARY} Post")
    chain = (
        GivenStep(f"Ada {CANARY}", verb="said"),
        GivenStep(f"somebody close to {CANARY}", SourceKind.UNNAMED, named=False),
    )
    quote = make.a_quote(article.revisions.get())
    assert article.desk is not None
    make.a_claim(article.desk, quote=quote, chain=chain)
    found = Source.objects.filter(name__contains=CANARY).order_by("pk").values_list("pk", flat=True)
    assert len(found) == 3
    return list(found)


def where_sources_are(named: list[int]) -> list[str]:
    """Lists, what inputs offer, and the pages and addresses of these: a name stands in each."""
    lists = ["", "claims/source/", "claims/article/", "claims/claim/", "claims/article/add/", "claims/operation/add/"]
    pages = [f"/admin/{place}" for place in (*lists, "reviews/routingrule/add/")]
    offered = [f"/admin/autocomplete/?term={CANARY}&{FIELDS}", f"/api/v1/sources?q={CANARY}", "/api/v1/sources"]
    return [*pages, *offered, *(place for one in named for place in about_a_source(one))]


def about_a_source(number: int) -> list[str]:
    pages = [f"/admin/claims/source/{number}/{page}/" for page in ("change", "history")]
    api = [f"/api/v1/sources/{number}", f"/api/v1/sources/{number}/track_record"]
    return [*pages, *api, f"/desk/list/decided_12m?source={number}"]


def test_who_is_named_by_an_article_under_embargo_alone_is_a_source_for_its_desk_alone(
    claim: Claim, working: Reviewer, named: list[int]
) -> None:
    client, places = browser(working.user), where_sources_are(named)
    assert with_words(walked(client, places), CANARY) == places
    article = under_embargo(claim)
    assert with_words(walked(client, places), CANARY) == []
    with_key_of_others = with_key(Scope.CLAIMS_READ)
    assert CANARY not in str(with_key_of_others.get("/sources").body)
    assert [with_key_of_others.get(f"/sources/{one}").status for one in named] == [404] * 3
    assert article.desk is not None
    for one in (browser(make.an_editor(article.desk)), browser(make.an_administrator())):
        assert with_words(walked(one, places), CANARY) == places


def test_a_source_is_seen_again_once_an_open_article_names_it_or_somebody_says_what_belongs_to_it(
    claim: Claim, working: Reviewer, named: list[int]
) -> None:
    under_embargo(claim)
    seen = signed_in(working.user)
    outlet, person, role = named
    make.an_article(outlet=f"{CANARY} Post")
    assert [seen.get(f"/sources/{one}").status for one in named] == [200, 404, 404]
    make.a_claim(make.a_desk(), chain=(GivenStep(f"Ada {CANARY}"),))
    assert [seen.get(f"/sources/{one}").status for one in named] == [200, 200, 404]
    assert {outlet, person} <= {row["id"] for row in seen.get("/sources").body["results"]}
    below = {"name": "Harbour office", "kind": "organisation", "parent": role}
    assert signed_in(make.an_administrator()).post("/sources", below).status == 201
    assert seen.get(f"/sources/{role}").status == 200


def test_a_source_that_somebody_added_by_hand_stays_in_sight_when_an_article_under_embargo_names_it(
    claim: Claim, working: Reviewer
) -> None:
    article = under_embargo(claim)
    office = {"name": "Harbour office", "kind": "organisation"}
    added = signed_in(make.an_administrator()).post("/sources", office).body["id"]
    assert article.desk is not None
    chain = (GivenStep(office["name"], office["kind"]),)
    make.a_claim(article.desk, quote=make.a_quote(article.revisions.get()), chain=chain)
    assert signed_in(working.user).get(f"/sources/{added}").status == 200


def test_a_source_out_of_sight_is_no_source_for_whoever_guesses_its_number(
    claim: Claim, working: Reviewer, named: list[int]
) -> None:
    under_embargo(claim)
    guessed, seen = named[1], signed_in(working.user)
    above = seen.post("/sources", {"name": "Harbour office", "kind": "organisation", "parent": guessed})
    own = seen.post("/interests", {"reviewer": working.pk, "source": guessed})
    ruled = seen.post("/routing_rules", {"name": "Guessed", "conditions": {"sources": [guessed]}})
    changed = seen.patch(f"/sources/{guessed}", {"name": "Guessed"}, If_Match="*")
    assert [(one.status, one.pointers) for one in (above, own, ruled)] == [
        (422, ["/parent"]),
        (422, ["/source"]),
        (422, ["/conditions/sources"]),
    ]
    assert changed.status == 404
    assert CANARY not in str([one.body for one in (above, own, ruled, changed)])


def test_a_source_out_of_sight_is_theirs_who_add_it_by_its_name_and_no_guess_is_confirmed(
    claim: Claim, working: Reviewer, named: list[int]
) -> None:
    article = under_embargo(claim)
    outlet, person, _role = named
    seen = signed_in(working.user)
    given = {"kind": "person", "aliases": ["Ada Z."], "reliability": "B", "reliability_reason": "She was right before."}
    guessed = seen.post("/sources", {**given, "name": f"ada {CANARY.lower()}"})
    assert (guessed.status, guessed.body["id"], guessed.body["name"]) == (201, person, f"Ada {CANARY}")
    assert (guessed.body["aliases"], guessed.body["reliability"]) == (["Ada Z."], "B")
    assert [one["reason"] for one in guessed.body["reliability_history"]] == ["She was right before."]
    assert seen.get(f"/sources/{person}").status == 200
    again = seen.post("/sources", {**given, "name": f"Ada {CANARY}"})
    assert (again.status, again.code, again.body["source"]) == (409, "source_known", person)
    form = {"name": f"{CANARY} Post", "kind": "outlet", "aliases": "", "reliability": "F"}
    added = browser(working.user).post("/admin/claims/source/add/", form)
    assert added.headers["Location"] == "/admin/claims/source/"
    assert seen.get(f"/sources/{outlet}").body["name"] == f"{CANARY} Post"
    assert Source.objects.filter(name__icontains=CANARY).count() == 3
    assert article.desk is not None
    there = signed_in(make.an_editor(article.desk)).post("/sources", {"name": f"{CANARY} Post", "kind": "outlet"})
    assert (there.status, there.body["source"]) == (409, outlet)


def test_lists_count_what_their_reader_sees_of_articles_and_claims_under_embargo(
    claim: Claim, working: Reviewer
) -> None:
    article = under_embargo(claim)
    assert article.desk is not None
    Source.objects.filter(pk=article.outlet_id).update(name="Harbour Post")
    make.an_article(outlet="Harbour Post", desk=article.desk)  # another desk's, under embargo or not
    open_one = make.an_article(outlet="Harbour Post")
    chain = (GivenStep("Ada Stone"),)
    for desk in (None, claim.desk):
        make.a_claim(desk or make.a_desk(), quote=make.a_quote(open_one.revision), chain=chain)
    make.a_claim(article.desk, quote=make.a_quote(article.revisions.get(), f"{CANARY} denies it."), chain=chain)
    here, everybody = browser(working.user), browser(make.an_administrator())
    for client, articles, steps, claims, is_open in ((here, 1, 1, 1, 1), (everybody, 3, 3, 2, 2)):
        shown = {row.name: row for row in client.get("/admin/claims/source/").context["cl"].result_list}
        assert shown["Harbour Post"].articles_count == articles
        assert shown["Ada Stone"].steps_count == steps
        (row,) = [
            one for one in client.get("/admin/claims/article/").context["cl"].result_list if one == open_one.article
        ]
        assert row.claims_made == claims
        (desk,) = [one for one in client.get("/admin/claims/desk/").context["cl"].result_list if one == claim.desk]
        assert desk.open_count == is_open


def test_an_interest_in_a_source_out_of_sight_is_none_for_editors_of_another_desk(
    claim: Claim, working: Reviewer, named: list[int]
) -> None:
    desk = Desk.objects.get(memberships__user=working.user, memberships__role="editor")
    editor = make.an_editor(desk)
    person = Source.objects.get(pk=named[1])
    number = declare_interest(working, make.viewer(make.an_administrator()), person).pk
    places = [f"/api/v1/interests{one}" for one in ("", f"?reviewer={working.pk}", f"/{number}")]
    places.append(f"/admin/reviews/reviewer/{working.pk}/change/")
    client = browser(editor)
    assert with_words(walked(client, places), CANARY) == places
    article = under_embargo(claim)
    assert with_words(walked(client, places), CANARY) == []
    assert signed_in(editor)("DELETE", f"/interests/{number}", If_Match="*").status == 404
    assert article.desk is not None
    make.joined(editor, article.desk, DeskRole.REVIEWER)
    assert with_words(walked(client, places), CANARY) == places


def test_a_rule_calls_a_source_by_its_number_to_whoever_may_not_see_it(
    claim: Claim, working: Reviewer, named: list[int]
) -> None:
    desk = Desk.objects.get(memberships__user=working.user, memberships__role="editor")
    outlet, person, _role = named
    rules = [
        make.a_rule(Conditions(outlets=(outlet,))),
        make.a_rule(Conditions(sources=(person,))),
        make.a_rule(Conditions(desks=(desk.pk,))),
    ]
    own = make.a_claim(desk)
    addresses = [f"routing_rules/{one.rule_id}{more}" for one in rules[:2] for more in ("", "/versions")]
    api = [f"/api/v1/{one}" for one in ("routing_rules", *addresses, "claims", f"claims/{own.pk}")]
    pages = [f"/admin/reviews/routingrule/{one.rule_id}/change/" for one in rules[:2]]
    places = [*api, *pages, "/admin/reviews/routingrule/", f"/admin/claims/claim/{own.pk}/change/"]
    client = browser(working.user)
    assert with_words(walked(client, places), CANARY) == places
    article = under_embargo(claim)
    seen = walked(client, places)
    assert with_words(seen, CANARY) == []
    assert {one.status for one in seen} == {200}
    assert f"outlet is number {outlet}" in seen[0].text
    assert article.desk is not None
    make.joined(working.user, article.desk, DeskRole.REVIEWER)
    assert with_words(walked(client, places), CANARY) == places


def test_a_rule_keeps_a_source_that_whoever_changes_it_may_not_see(
    claim: Claim, working: Reviewer, named: list[int]
) -> None:
    desk = Desk.objects.get(memberships__user=working.user, memberships__role="editor")
    rule = make.a_rule(Conditions(desks=(desk.pk,), sources=(named[1],)))
    under_embargo(claim)
    page, client = f"/admin/reviews/routingrule/{rule.rule_id}/change/", browser(working.user)
    shown = f"#{named[1]}"
    assert f'value="{shown}"' in client.get(page).content.decode()
    told = {"version": rule.number, "name": "Renamed", "desks": [desk.pk], "active": "on", "do": "save"}
    assert client.post(page, {**told, "sources_1": f"#{named[0]}"}).status_code == 200
    assert client.post(page, {**told, "sources_1": shown}).status_code == 302
    newest = rule.rule.versions.order_by("number").last()
    assert newest is not None
    assert (newest.name, newest.ruled().conditions.sources) == ("Renamed", (named[1],))
