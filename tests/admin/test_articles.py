"""Intake by hand: an article pasted, a claim made from its words, each refusal beside its field."""

from __future__ import annotations

from datetime import datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from claims.lifecycle import Action, State
from claims.models import Article, ChainStep, Claim, DateKnown, Desk, DeskRole, User
from reviews.models import Reviewer
from reviews.services.acting import act
from tests import factories as make
from tests.admin.conftest import SignIn, sent_by

IMPORT = "/admin/claims/article/add/"
TEXT = "The bridge opens next week.\n\nThe mayor said that nothing can move the date."


def article(**given: Any) -> dict[str, Any]:
    usual = {
        "outlet": "Harbour Post",
        "headline": "Bridge to open",
        "language": "en",
        "published_at": "2026-03-29T10:00",
        "zone": "Europe/Kyiv",
        "text": TEXT,
    }
    return {**usual, **given}


def claim_of(desk: Desk, **given: Any) -> dict[str, Any]:
    usual = {"quote": "The bridge opens next week", "statement": "The bridge opens next week.", "priority": "3"}
    return {**usual, "desk": str(desk.pk), "own_basis": "outlet", **given}


def test_a_pasted_article_is_kept_with_its_time_read_in_its_zone(signed: SignIn, editor: User) -> None:
    answer = signed(editor).post(IMPORT, article())
    made = Article.objects.get()
    assert answer.headers["Location"] == reverse("admin:claims_article_change", args=[made.pk])
    assert made.published_at.isoformat() == "2026-03-29T07:00:00+00:00"
    assert made.published_known == DateKnown.ENTERED


def test_the_same_article_again_is_the_existing_one(signed: SignIn, editor: User) -> None:
    client = signed(editor)
    client.post(IMPORT, article())
    again = client.post(IMPORT, article(), follow=True)
    assert "already here with the same text" in again.content.decode()
    changed = client.post(IMPORT, article(text=TEXT + "\n\nA correction."), follow=True)
    assert "added as revision 2" in changed.content.decode()
    assert Article.objects.count() == 1


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"outlet": ""}, "Name the outlet that published it."),
        ({"language": ""}, "Name the language by its tag, for example en or uk."),
        ({"published_at": ""}, "Say when it was published, with date and time."),
        ({"zone": ""}, "Name the time zone, for example Europe/Kyiv."),
        ({"text": ""}, "Paste the text of the article."),
        ({"zone": "Europe/Atlantis"}, "There is no time zone"),
        ({"published_at": "2026-03-29T03:30"}, "The clocks of Europe/Kyiv skip 03:30 on 29 March 2026."),
        ({"published_at": "2026-10-25T03:30"}, "03:30 comes twice on 25 October 2026 in Europe/Kyiv."),
        ({"published_at": "2026-10-21T03:30+05:00"}, "Write a date and a time"),
        ({"text": "One \u202e two."}, "U+202E"),
        ({"text": "   "}, "The article has no text."),
        ({"link": "ftp://harbour.example/a"}, "http"),
        ({"text": "x" * 1_000_001}, "1000000"),
    ],
)
def test_what_cannot_be_kept_is_refused_at_its_field_and_the_text_stays(
    given: dict[str, str], sentence: str, signed: SignIn, editor: User
) -> None:
    answer = signed(editor).post(IMPORT, article(**given))
    assert answer.status_code == 200
    assert sentence in answer.content.decode()
    assert "Bridge to open" in answer.content.decode()
    assert not Article.objects.exists()


def test_a_reviewer_without_triage_does_not_import(signed: SignIn, reviewer: Reviewer) -> None:
    assert signed(reviewer.user).get(IMPORT).status_code == 403


def test_words_of_the_article_become_a_claim_with_its_chain_and_date(signed: SignIn, editor: User, desk: Desk) -> None:
    client = signed(editor)
    address = client.post(IMPORT, article(desk=desk.pk)).headers["Location"]
    chain = {"step_1_source": "Harbour Post", "step_1_kind": "outlet", "step_2_note": "Occasion not stated"}
    own = {"own_precision": "day", "own_first": "2026-04-05T00:00", "own_zone": "Europe/Kyiv", "own_words": "next week"}
    client.post(address, claim_of(desk, accept="on", **chain, **own))
    made = Claim.objects.get()
    assert made.state == State.QUEUED
    assert made.confirm_by is not None
    assert made.confirm_by.isoformat() == "2026-04-05T20:59:59.999999+00:00"
    assert [str(step) for step in ChainStep.objects.order_by("order")] == ["Harbour Post", "Occasion not stated"]


def test_a_quote_that_is_not_there_shows_the_nearest_words(signed: SignIn, editor: User, desk: Desk) -> None:
    client = signed(editor)
    address = client.post(IMPORT, article(desk=desk.pk)).headers["Location"]
    body = client.post(address, claim_of(desk, quote="The bridge opens next weak")).content.decode()
    assert "The quote does not stand in the text." in body
    assert "The bridge opens next week" in body
    assert not Claim.objects.exists()


def test_a_quote_that_stands_twice_is_refused_with_what_to_do_on_the_page(
    signed: SignIn, editor: User, desk: Desk
) -> None:
    client = signed(editor)
    address = client.post(IMPORT, article(desk=desk.pk, text="It opens soon. Yes, it opens soon.")).headers["Location"]
    body = unescape(client.post(address, claim_of(desk, quote="opens soon")).content.decode())
    assert "The quote stands in the text more than once. Quote more of the words around the one you mean." in body
    assert "by its start" not in body
    assert not Claim.objects.exists()


def test_a_date_with_a_zone_that_there_is_none_of_stays_and_the_refusal_stands_at_the_zone(
    signed: SignIn, editor: User, desk: Desk
) -> None:
    client = signed(editor)
    address = client.post(IMPORT, article(desk=desk.pk)).headers["Location"]
    own = {"own_precision": "day", "own_first": "2026-04-05", "own_zone": "Mars/Phobos"}
    body = unescape(client.post(address, claim_of(desk, **own)).content.decode())
    assert 'href="#id_own_zone">Time zone of its date</a>: There is no time zone "Mars/Phobos".' in body
    assert 'value="2026-04-05T00:00"' in body
    assert not Claim.objects.exists()


def test_words_that_are_missing_are_asked_for_by_what_to_write(signed: SignIn, editor: User, desk: Desk) -> None:
    client = signed(editor)
    assert "Copy the headline as it was printed." in client.post(IMPORT, article(headline="")).content.decode()
    client.post(IMPORT, article())
    address = reverse("admin:claims_article_change", args=[Article.objects.get().pk])
    page = client.post(address, claim_of(desk, quote="", statement="")).content.decode()
    assert "Quote the words of the article that make the claim." in page
    assert "Write in one sentence what is claimed." in page


def test_a_reviewer_with_triage_makes_a_claim_for_their_desk_alone(signed: SignIn, desk: Desk) -> None:
    triager = make.a_reviewer(desk, can_triage=True)
    client = signed(triager.user)
    address = client.post(IMPORT, article(desk=desk.pk)).headers["Location"]
    other = make.a_desk()
    body = client.post(address, claim_of(other)).content.decode()
    assert "What was chosen is not offered here, or no longer. Choose something else." in body
    client.post(address, claim_of(desk))
    assert Claim.objects.get().desk == desk


def test_an_administrator_without_a_desk_is_led_to_their_roles_and_offered_no_form(signed: SignIn, desk: Desk) -> None:
    article, administrator = make.an_article().article, make.an_administrator()
    page, client = reverse("admin:claims_article_change", args=[article.pk]), signed(administrator)
    body = client.get(page).content.decode()
    assert 'name="quote"' not in body
    assert reverse("admin:claims_user_change", args=[administrator.pk]) in body
    make.joined(administrator, desk, DeskRole.EDITOR)
    assert 'name="quote"' in client.get(page).content.decode()


def test_earlier_revisions_stay_readable(signed: SignIn, editor: User) -> None:
    client = signed(editor)
    address = client.post(IMPORT, article()).headers["Location"]
    client.post(IMPORT, article(text="Another text."))
    assert "Another text." in client.get(address).content.decode()
    assert "nothing can move the date" in client.get(address + "?revision=1").content.decode()


def test_claims_of_other_desks_are_not_marked(signed: SignIn, editor: User) -> None:
    foreign = make.a_claim(make.a_desk(), statement="Only for the others.")
    article_id = foreign.first_appearance().revision.article_id  # type: ignore[union-attr]  # made with a quote
    body = signed(editor).get(reverse("admin:claims_article_change", args=[article_id])).content.decode()
    assert "Only for the others." not in body


def test_a_claim_that_was_merged_leads_from_its_article_to_the_one_that_stays(
    signed: SignIn, editor: User, desk: Desk
) -> None:
    first, again, once_more = (make.a_claim(desk, by=editor, statement=words) for words in ("One.", "Two.", "Three."))
    act(again.pk, Action.MERGE, make.viewer(editor), into=first)
    place = again.first_appearance()
    assert place is not None
    address = reverse("admin:claims_article_change", args=[place.revision.article_id])
    client = signed(editor)
    body = client.get(address).content.decode()
    assert body.count(f'data-testid="stays-{first.pk}"') == 1
    assert reverse("admin:claims_claim_change", args=[first.pk]) in body
    act(first.pk, Action.MERGE, make.viewer(editor), into=once_more)
    with CaptureQueriesContext(connection) as few:
        body = client.get(address).content.decode()
    assert f'data-testid="stays-{first.pk}"' not in body
    assert f'data-testid="stays-{once_more.pk}"' in body
    for words in ("Four.", "Five."):
        beside = make.a_claim(desk, by=editor, statement=words)
        beside.appearances.update(revision=place.revision)
        act(beside.pk, Action.MERGE, make.viewer(editor), into=once_more)
    with CaptureQueriesContext(connection) as many:
        assert client.get(address).content.decode().count(f'data-testid="stays-{once_more.pk}"') >= 3
    assert len(many) == len(few)


def test_a_claim_that_stays_out_of_sight_is_not_named_at_the_article(signed: SignIn, editor: User, desk: Desk) -> None:
    elsewhere = make.a_desk()
    make.joined(editor, elsewhere, DeskRole.EDITOR)
    merged, stays = make.a_claim(desk, by=editor), make.a_claim(elsewhere, by=editor, statement="Only for the others.")
    act(merged.pk, Action.MERGE, make.viewer(editor), into=stays)
    place = merged.first_appearance()
    assert place is not None
    page = reverse("admin:claims_article_change", args=[place.revision.article_id])
    assert "stays-" in signed(editor).get(page).content.decode()
    body = signed(make.an_editor(desk)).get(page).content.decode()
    assert "stays-" not in body
    assert "Only for the others." not in body


def local(moment: datetime) -> str:
    """As a browser of the tests' people, whose clocks show UTC, sends it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S")


def test_an_article_is_imported_under_embargo_for_a_desk(signed: SignIn, editor: User, desk: Desk) -> None:
    until = make.ahead(days=1).replace(microsecond=0)
    client, told = signed(editor), {"embargo_until": local(until)}
    refused = unescape(client.post(IMPORT, article(**told)).content.decode())
    assert "Choose the desk that alone sees it until then." in refused
    assert f"Your time zone: {editor.zone}" in refused
    client.post(IMPORT, article(**told, desk=str(desk.pk)))
    taken = Article.objects.get()
    assert (taken.desk, taken.embargo_until) == (desk, until)
    later = {"embargo_until": local(until + timedelta(days=1)), "text": "Another text."}
    client.post(IMPORT, article(**later, desk=str(desk.pk)))
    assert Article.objects.get().embargo_until == until + timedelta(days=1)
    triager = make.a_reviewer(desk, can_triage=True).user
    refused = signed(triager).post(IMPORT, article(**told, desk=str(desk.pk))).content.decode()
    assert "An article is changed by the editors of its desk." in refused
    assert Article.objects.get().embargo_until == until + timedelta(days=1)


def test_what_is_said_about_an_article_is_changed_on_its_page(signed: SignIn, editor: User, desk: Desk) -> None:
    taken, client = make.an_article(desk=desk, authors=("A. One", "B. Two")).article, signed(editor)
    page = reverse("admin:claims_article_amend", args=[taken.pk])
    assert page in client.get(reverse("admin:claims_article_change", args=[taken.pk])).content.decode()
    form = client.get(page).context["form"]
    sent = {name: form.get_initial_for_field(field, name) or "" for name, field in form.fields.items()}
    sent |= {"desk": desk.pk, "headline": "Minister goes", "embargo_until": local(make.ahead(days=1))}
    assert client.post(page, sent | {"headline": " "}).status_code == 200
    assert client.post(page, sent)["Location"] == reverse("admin:claims_article_change", args=[taken.pk])
    taken.refresh_from_db()
    assert (taken.headline, taken.authors, taken.published_raw) == ("Minister goes", ["A. One", "B. Two"], "")
    assert taken.embargo_until is not None
    stale = client.post(page, sent | {"headline": "Minister stays"})
    assert "Somebody changed this article since you read it." in stale.content.decode()
    again = {name: stale.context["form"][name].value() for name in sent}
    assert client.post(page, again).status_code == 302
    assert Article.objects.get().headline == "Minister stays"


def test_a_page_left_open_writes_only_what_was_changed_on_it(signed: SignIn, editor: User, desk: Desk) -> None:
    taken, client = make.an_article(desk=desk, authors=("A. One",)).article, signed(editor)
    page, until = reverse("admin:claims_article_amend", args=[taken.pk]), make.ahead(days=1).replace(microsecond=0)
    left_open, other = sent_by(client.get(page).context["form"]), sent_by(client.get(page).context["form"])
    client.post(page, other | {"embargo_until": local(until), "authors": "A. One, B. Two"})
    stale = client.post(page, left_open | {"headline": "Minister stays"})
    said = "Somebody changed this article since you read it: Under embargo until, Authors."
    assert said in unescape(stale.content.decode())
    assert [stale.context["form"][name].value() for name in ("headline", "embargo_until", "authors")] == [
        *("Minister stays", local(until), "A. One, B. Two")
    ]
    assert client.post(page, sent_by(stale.context["form"])).status_code == 302
    taken.refresh_from_db()
    assert (taken.headline, taken.embargo_until, taken.authors) == ("Minister stays", until, ["A. One", "B. Two"])


def test_what_two_people_changed_at_once_is_shown_to_the_second(signed: SignIn, editor: User, desk: Desk) -> None:
    taken, client = make.an_article(desk=desk, headline="Minister goes").article, signed(editor)
    page, until = reverse("admin:claims_article_amend", args=[taken.pk]), datetime.fromisoformat("2031-05-06T07:08Z")
    other, mine = ({"headline": f"Minister {stays}"} for stays in ("stays", "waits"))
    left_open = sent_by(client.get(page).context["form"])
    client.post(page, left_open | other | {"embargo_until": local(until)})
    back = left_open | mine | {"seen": sent_by(client.get(page).context["form"])["seen"]}  # as a draft comes back
    for sent in (left_open | mine, back):
        stale = client.post(page, sent | {"embargo_until": local(until + timedelta(hours=1))})
        said = unescape(stale.content.decode())
        assert "Somebody changed this article since you read it: Under embargo until, Headline." in said
        assert "Somebody else wrote here meanwhile: Minister stays. Saved again, yours takes its place." in said
        assert "Somebody else wrote here meanwhile: 6 May 2031, 07:08." in said
    taken.refresh_from_db()
    assert (taken.headline, taken.embargo_until) == ("Minister stays", until)
    assert client.post(page, sent_by(stale.context["form"])).status_code == 302
    taken.refresh_from_db()
    assert (taken.headline, taken.embargo_until) == ("Minister waits", until + timedelta(hours=1))


@pytest.mark.parametrize("ends", ["2027-10-31T00:30:20Z", "2027-10-31T01:30:20Z"])
def test_an_embargo_that_ends_in_the_hour_that_comes_twice_stays_as_the_provider_gave_it(
    signed: SignIn, editor: User, desk: Desk, ends: str
) -> None:
    taken, until = make.an_article(desk=desk).article, datetime.fromisoformat(ends)
    Article.objects.update(embargo_until=until)
    editor.zone = "Europe/Kyiv"
    editor.save()
    client, page = signed(editor), reverse("admin:claims_article_amend", args=[taken.pk])
    left_open, form = (sent_by(client.get(page).context["form"], editor.zone) for _ in range(2))
    assert form["embargo_until"] == "2027-10-31T03:30:20"
    assert client.post(page, form | {"headline": "Minister stays"}).status_code == 302
    taken.refresh_from_db()
    assert (taken.headline, taken.embargo_until) == ("Minister stays", until)
    stale = client.post(page, left_open | {"language": "uk"})
    assert "Somebody changed this article since you read it: Headline." in stale.content.decode()
    assert client.post(page, sent_by(stale.context["form"], editor.zone)).status_code == 302
    taken.refresh_from_db()
    assert (taken.language, taken.embargo_until) == ("uk", until)
    another = sent_by(client.get(page).context["form"], editor.zone) | {"embargo_until": "2027-10-31T03:31:00"}
    assert "03:31 comes twice on 31 October 2027 in Europe/Kyiv." in client.post(page, another).content.decode()


def test_an_embargo_that_has_passed_is_refused_where_it_is_written(signed: SignIn, editor: User, desk: Desk) -> None:
    gone = {"embargo_until": "2019-12-10T09:00", "desk": str(desk.pk)}
    client, words = signed(editor), "This moment has passed, so it holds nothing back."
    assert words in client.post(IMPORT, article(**gone)).content.decode()
    assert not Article.objects.exists()
    page = reverse("admin:claims_article_amend", args=[make.an_article(desk=desk).article.pk])
    form = sent_by(client.get(page).context["form"])
    assert words in client.post(page, form | gone).content.decode()
    Article.objects.update(embargo_until=make.ahead(days=-3))
    form = sent_by(client.get(page).context["form"])
    assert client.post(page, form | {"headline": "It is out"}).status_code == 302  # what nobody writes is no mistake


def test_an_import_says_what_became_of_the_embargo_it_came_with(signed: SignIn, editor: User, desk: Desk) -> None:
    client, until = signed(editor), make.ahead(days=1)
    held = article(desk=str(desk.pk), embargo_until=local(until))
    client.post(IMPORT, article())
    first = client.post(IMPORT, held, follow=True).content.decode()
    assert "already here with the same text. It is under embargo until" in first
    assert "Nothing was changed." in client.post(IMPORT, held, follow=True).content.decode()
    other = make.a_desk()
    make.joined(editor, other, DeskRole.EDITOR)
    for moment in (until, until + timedelta(days=1)):
        elsewhere = article(embargo_until=local(moment), desk=str(other.pk))
        refused = unescape(client.post(IMPORT, elsewhere).content.decode())
        assert f"This article is known already, on the desk {desk}. Name that desk." in refused
    told = unescape(client.post(IMPORT, article(desk=str(other.pk)), follow=True).content.decode())
    assert f"Nothing was changed. It is known already, and stays on the desk {desk}." in told


def test_only_those_who_edit_its_desk_change_what_is_said_about_it(
    signed: SignIn, reviewer: Reviewer, desk: Desk
) -> None:
    taken = make.an_article(desk=desk).article
    page = reverse("admin:claims_article_amend", args=[taken.pk])
    assert page not in signed(reviewer.user).get(page.replace("amend", "change")).content.decode()
    assert signed(reviewer.user).get(page).status_code == signed(reviewer.user).post(page, {}).status_code == 403
    assert signed(make.an_editor(make.a_desk())).get(page).status_code == 404
    assert signed(make.an_administrator()).get(page).status_code == 200


def test_pages_say_until_when_an_article_is_under_embargo(signed: SignIn, editor: User, desk: Desk) -> None:
    taken = make.an_article(desk=desk, embargo_until=make.ahead(hours=2))
    claim, client = make.a_claim(desk, by=editor, quote=make.a_quote(taken.revision)), signed(editor)
    pages = [
        reverse(f"admin:claims_{name}_change", args=[pk])
        for name, pk in (("article", taken.article.pk), ("claim", claim.pk))
    ]
    assert all("Under embargo until" in client.get(page).content.decode() for page in pages)
    Article.objects.update(embargo_until=make.now())
    assert not any("Under embargo until" in client.get(page).content.decode() for page in pages)


def test_a_claim_on_another_desk_is_refused_at_its_field_while_the_embargo_lasts(signed: SignIn, editor: User) -> None:
    mine, other = Desk.objects.get(), make.a_desk()
    make.joined(editor, other, DeskRole.EDITOR)
    taken = make.an_article(desk=mine, embargo_until=make.ahead(hours=2))
    sent = claim_of(other, quote=make.QUOTE, statement="It may be so.")
    body = signed(editor).post(reverse("admin:claims_article_change", args=[taken.article.pk]), sent).content.decode()
    assert f"Until then its claims stay on the desk {mine.name}." in unescape(body)
    assert not Claim.objects.exists()


def test_signing_in_wrongly_says_so_in_our_words(client: Any, editor: User) -> None:
    answer = client.post("/admin/login/", {"username": editor.username, "password": "wrong"})
    assert "User name or password is not right. Check both and try again." in answer.content.decode()
    assert "Sign in to Claim desk" in answer.content.decode()


NOTE = "You were signed out. Sign in to go on. Your text is kept."


@pytest.mark.parametrize(
    ("address", "noted"),
    [
        ("/admin/claims/claim/7/change/", True),
        ("/admin/claims/claim/7/review/", True),
        ("/admin/claims/claim/7/step/dismiss/", True),
        (IMPORT, True),
        ("/admin/claims/article/7/change/", True),
        ("/admin/claims/article/7/amend/", True),
        ("/admin/claims/operation/add/", True),
        ("/admin/", False),
        ("/admin/claims/flag/", False),
        ("/nowhere", False),
        ("//[elsewhere", False),
    ],
)
def test_whoever_was_signed_out_while_writing_reads_that_the_text_is_kept(
    client: Client, db: None, address: str, *, noted: bool
) -> None:
    first = client.get("/admin/login/", {"next": address})
    assert NOTE not in first.content.decode(), "nobody was here before"
    again = client.get("/admin/login/", {"next": address})
    assert (NOTE in again.content.decode()) is noted
    wrong = client.post("/admin/login/", {"username": "nobody", "password": "wrong", "next": address})
    assert (NOTE in wrong.content.decode()) is noted
