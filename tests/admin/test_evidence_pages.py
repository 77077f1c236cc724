"""What people do with one piece of evidence on the page of its claim: see how its reading goes, compare, ask again."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from claims.exports import warc
from claims.lifecycle import Action, State
from claims.models import Claim, ClaimEvent, Desk, Evidence, Fetch, FetchState, Flag, FlagKind, User, Visibility
from claims.services.fetching import read_pages
from claims.services.splitting import GivenPart
from reviews.models import Reviewer
from reviews.services.acting import act
from tests import factories as make
from tests.admin.conftest import SignIn, step_of
from tests.intake.pages import Site

REPORT = "The bridge will be closed from March, the council says."


@pytest.fixture
def item(claim: Claim, editor: User, far: Site) -> Evidence:
    return make.evidence_for(claim, by=editor, url=far.link())


def page(client: Client, claim: Claim) -> str:
    return client.get(reverse("admin:claims_claim_change", args=[claim.pk])).content.decode()


def at(item: Evidence, name: str) -> str:
    return reverse(f"admin:claims_claim_evidence_{name}", args=[item.claim_id, item.pk])


def read_again(item: Evidence) -> None:
    Fetch.objects.filter(evidence=item).update(next_attempt_at=make.ahead(seconds=-1))
    read_pages()


def test_the_page_says_how_far_the_reading_has_come(
    signed: SignIn, reviewer: Reviewer, claim: Claim, item: Evidence, far: Site
) -> None:
    client = signed(reviewer.user)
    assert "Reading the page…" in page(client, claim)
    far.closed(403)
    read_pages()
    shown = page(client, claim)
    assert "The page did not open (403). Keep the link anyway or attach a file." in shown
    assert "Try again" in shown
    assert 'role="status"' not in shown.split('aria-labelledby="evidence"')[1]  # each item would be read out as news
    far.article(REPORT, title="<b>Bridge</b> & tunnel")
    assert client.post(at(item, "fetch")).headers["Location"].endswith(f"#evidence-{item.pk}")
    read_pages()
    shown = page(client, claim)
    assert "Copy kept" in shown
    assert "The page did not open" not in shown.split('aria-labelledby="evidence"')[1].split("</section>")[0]
    assert "&lt;b&gt;Bridge" in shown or "Bridge &amp; tunnel" in shown
    assert f"/api/v1/claims/{claim.pk}/evidence.warc" in shown


def test_what_is_too_much_for_one_file_is_offered_in_parts(
    signed: SignIn, editor: User, claim: Claim, monkeypatch: pytest.MonkeyPatch
) -> None:
    for words in (b"what the document says", b"and what another says"):
        make.a_file(claim, words, by=editor)
    assert "Download all (WARC)" in page(signed(editor), claim)
    monkeypatch.setattr(warc, "LIMIT", 30)
    shown = page(signed(editor), claim)
    assert "Download all (WARC)" not in shown
    assert f"/api/v1/claims/{claim.pk}/evidence.warc?part=2" in shown


def test_looking_at_a_page_reads_nothing(signed: SignIn, reviewer: Reviewer, item: Evidence, far: Site) -> None:
    signed(reviewer.user).get(at(item, "fetch"))
    assert far.asked == []
    assert Fetch.objects.get(evidence=item).asked_at is None


def test_a_protected_link_offers_to_be_read_once(signed: SignIn, editor: User, claim: Claim, far: Site) -> None:
    item = make.evidence_for(claim, by=editor, url=far.link(), visibility=Visibility.PROTECTED)
    client = signed(editor)
    assert "Not read, because the item is protected" in page(client, claim)
    assert "Read it once and keep a copy" in page(client, claim)
    client.post(at(item, "fetch"))
    assert Fetch.objects.get(evidence=item).state == FetchState.WAITING


def test_nobody_asks_for_a_page_of_evidence_they_do_not_see(
    signed: SignIn, editor: User, desk: Desk, claim: Claim, far: Site
) -> None:
    item = make.evidence_for(claim, by=editor, url=far.link(), visibility=Visibility.PROTECTED)
    assert signed(make.a_reviewer(desk).user).post(at(item, "fetch")).status_code == 404
    assert Fetch.objects.get(evidence=item).state == FetchState.UNASKED


def test_a_changed_page_is_compared_word_by_word_and_noted(
    signed: SignIn, reviewer: Reviewer, claim: Claim, item: Evidence, far: Site
) -> None:
    client = signed(reviewer.user)
    read_pages()
    assert client.get(at(item, "compare")).status_code == 404
    far.article("The bridge will stay open from March, the council says. <script>alert(1)</script>")
    read_again(item)
    shown = page(client, claim)
    assert "A source has changed" in shown
    assert "The page reads otherwise now than its first copy." in shown
    compared = client.get(at(item, "compare")).content.decode()
    assert "<del>be</del>" in compared
    assert "<ins>stay</ins>" in compared
    assert "1 paragraph differs." in compared
    assert "<script>alert" not in compared
    assert client.post(at(item, "compare"), {"upto": "2"}).status_code == 302
    assert not Flag.objects.standing().exists()
    assert "reads otherwise" not in page(client, claim).split('aria-labelledby="evidence"')[1].split("</section>")[0]


def test_a_copy_that_came_while_somebody_compared_is_not_taken_for_compared(
    signed: SignIn, reviewer: Reviewer, item: Evidence, far: Site
) -> None:
    client = signed(reviewer.user)
    read_pages()
    far.article("The bridge will stay open from March, the council says.")
    read_again(item)
    assert '<input type="hidden" name="upto" value="2">' in client.get(at(item, "compare")).content.decode()
    far.article("The bridge will be pulled down in March, the council says.")
    read_again(item)
    client.post(at(item, "compare"), {"upto": "2"})
    assert Fetch.objects.get(evidence=item).compared == 2
    assert Flag.objects.standing().get().kind == FlagKind.SOURCE_CHANGED
    assert "I have compared them" not in client.get(at(item, "compare") + "?after=2").content.decode()


def test_a_link_that_is_gone_offers_its_copy(
    signed: SignIn, reviewer: Reviewer, claim: Claim, item: Evidence, far: Site
) -> None:
    read_pages()
    far.closed(404)
    read_again(item)
    Fetch.objects.update(failing_since=make.ahead(hours=-25))
    read_again(item)
    shown = page(signed(reviewer.user), claim)
    assert "A link no longer opens" in shown
    assert "The link no longer opens; its copy is kept" in shown
    assert reverse("api-snapshot", args=[item.pk]) in shown


def test_an_item_is_edited_until_a_verdict_has_used_it(
    signed: SignIn, editor: User, reviewer: Reviewer, claim: Claim
) -> None:
    item = make.evidence_for(claim, by=editor, title="A report")
    other = make.evidence_for(claim, by=editor, title="The paper it repeats")
    client = signed(reviewer.user)
    form = client.get(at(item, "edit")).content.decode()
    assert "The paper it repeats" in form
    given = {"version": 1, "stance": "contradicts", "question": "so", "title": "Another", "visibility": "public"}
    client.post(at(item, "edit"), {**given, "derives_from": other.pk, "credibility": "2", "primary": "on"})
    item.refresh_from_db()
    assert (item.stance, item.title, item.derives_from, item.credibility) == ("contradicts", "Another", other, 2)
    assert (item.primary, item.visibility, item.version) == (True, "public", 2)
    make.review_by(claim, reviewer)
    assert client.get(at(item, "edit")).headers["Location"] == at(item, "supersede")
    assert "Replace" in page(client, claim)


def test_what_was_typed_stays_when_somebody_else_was_faster(
    signed: SignIn, editor: User, reviewer: Reviewer, claim: Claim
) -> None:
    item = make.evidence_for(claim, by=editor, title="A report")
    client = signed(reviewer.user)
    given = {"version": 1, "stance": "supports", "question": "so", "title": "First", "visibility": "internal"}
    client.post(at(item, "edit"), given)
    late = client.post(at(item, "edit"), {**given, "title": "My words"}).content.decode()
    assert "Somebody changed this since you read it." in late
    assert "My words" in late
    assert 'name="version" value="2"' in late
    client.post(at(item, "edit"), {**given, "title": "My words", "version": 2})
    assert Evidence.objects.get(pk=item.pk).title == "My words"


def test_no_item_is_offered_as_taken_from_what_was_taken_from_it(
    signed: SignIn, editor: User, reviewer: Reviewer, claim: Claim
) -> None:
    root = make.evidence_for(claim, by=editor, title="The origin")
    middle = make.evidence_for(claim, by=editor, title="In the middle", derives_from=root)
    make.evidence_for(claim, by=editor, title="At the end", derives_from=middle)
    client = signed(reviewer.user)
    options = client.get(at(root, "edit")).content.decode().split('name="derives_from"')[1].split("</select>")[0]
    assert "In the middle" not in options
    assert "At the end" not in options
    given = {"version": 1, "stance": "supports", "question": "so", "visibility": "internal"}
    refused = client.post(at(root, "edit"), {**given, "derives_from": middle.pk})
    assert refused.status_code == 200
    assert Evidence.objects.get(pk=root.pk).derives_from is None


def test_an_item_that_a_verdict_used_is_replaced_by_a_newer_one(
    signed: SignIn, editor: User, reviewer: Reviewer, claim: Claim
) -> None:
    item = make.evidence_for(claim, by=editor, title="A report")
    make.review_by(claim, reviewer)
    client = signed(editor)
    given = {"what": "https://newer.example/report", "stance": "supports", "question": "so", "visibility": "internal"}
    assert client.post(at(item, "supersede"), given).status_code == 302
    item.refresh_from_db()
    assert item.superseded_by is not None
    assert item.superseded_by.derives_from == item
    again = client.post(at(item, "supersede"), given).content.decode()
    assert "superseded already" in again


def test_the_origins_are_counted_and_drawn(signed: SignIn, editor: User, reviewer: Reviewer, claim: Claim) -> None:
    client = signed(reviewer.user)
    root = make.evidence_for(claim, by=editor, title="The paper")
    assert "1 item, 1 origin." in page(client, claim)
    assert "<svg viewBox" not in page(client, claim)
    for number in range(2):
        make.evidence_for(claim, by=editor, title=f"Copy {number} <b>", derives_from=root)
    shown = page(client, claim)
    assert "3 items, 1 origin." in shown
    assert "2 was taken from 1. 3 was taken from 1." in shown
    assert shown.count('class="cd-origin"') == 1
    assert "Copy 0 <b>" not in shown


def test_a_page_or_file_that_is_added_again_counts_once(
    signed: SignIn, editor: User, reviewer: Reviewer, claim: Claim
) -> None:
    client = signed(reviewer.user)
    for url in ("https://www.wire.example/report?utm_source=a", "http://wire.example/report#end"):
        make.evidence_for(claim, by=editor, url=url)
    for _ in range(2):
        make.a_file(claim, by=editor)
    shown = page(client, claim)
    assert "4 items, 2 origins." in shown
    assert "2 repeats 1. 4 repeats 3." in shown


def test_what_an_item_was_taken_from_is_not_told_to_those_who_do_not_see_it(
    signed: SignIn, editor: User, desk: Desk, claim: Claim
) -> None:
    hidden = make.evidence_for(claim, by=editor, title="Who told us", visibility=Visibility.PROTECTED)
    make.evidence_for(claim, by=editor, title="What was printed", derives_from=hidden)
    shown = page(signed(make.a_reviewer(desk).user), claim)
    assert "What was printed" in shown
    assert "Who told us" not in shown
    assert "taken from: an item you do not see" in shown


def test_every_sight_of_a_protected_item_is_recorded_and_no_other(
    signed: SignIn, editor: User, desk: Desk, claim: Claim
) -> None:
    open_one = make.evidence_for(claim, by=editor)
    client = signed(editor)
    page(client, claim)
    client.get(at(open_one, "edit"))
    sights = ClaimEvent.objects.filter(claim=claim, type="evidence.read")
    assert not sights.exists()
    hidden = make.evidence_for(claim, by=editor, title="Who told us", visibility=Visibility.PROTECTED)
    page(signed(make.a_reviewer(desk).user), claim)
    assert not sights.exists()
    client = signed(editor)
    page(client, claim)
    client.get(at(hidden, "edit"))
    shown = page(client, claim)
    assert [event.actor_id for event in sights] == [editor.pk] * 3
    assert sights[0].data == {"items": [hidden.pk], "visibility": "protected"}
    assert "Who told us" not in sights[0].body
    assert shown.count("You saw a protected item") == 1
    for names_it in (at(open_one, "edit"), at(open_one, "supersede"), step_of(claim, "split")):
        before = sights.all().count()
        assert "Who told us" in client.get(names_it).content.decode()
        assert sights.all().count() == before + 1, names_it


def test_the_page_of_an_item_names_what_it_was_taken_from_to_those_who_see_that_and_records_it(
    signed: SignIn, editor: User, desk: Desk, claim: Claim
) -> None:
    hidden = make.evidence_for(claim, by=editor, title="Who told us", visibility=Visibility.PROTECTED)
    taken = make.evidence_for(claim, by=editor, title="What was printed", derives_from=hidden)
    origin = make.evidence_for(claim, by=editor, title="A report")
    Evidence.objects.filter(pk=origin.pk).update(superseded_by=hidden)
    open_one = make.evidence_for(claim, by=editor, title="About the report", derives_from=origin)
    sights = ClaimEvent.objects.filter(claim=claim, type="evidence.read")
    pages = [reverse("admin:claims_evidence_change", args=[one.pk]) for one in (taken, origin)]
    for stranger in (make.a_reviewer(desk).user, make.an_administrator()):
        client = signed(stranger)
        for address in pages:
            shown = client.get(address).content.decode()
            assert "Who told us" not in shown
            assert "an item you do not see" in shown
    shown = client.get(reverse("admin:claims_evidence_change", args=[open_one.pk])).content.decode()
    assert f'#evidence-{origin.pk}">A report</a>' in shown
    assert "an item you do not see" not in shown
    assert not sights.exists()
    client = signed(editor)
    for number, address in enumerate(pages, 1):
        assert f'#evidence-{hidden.pk}">Who told us</a>' in client.get(address).content.decode()
        assert [event.data["items"] for event in sights.all()] == [[hidden.pk]] * number


def test_whoever_protects_an_item_is_told_where_a_copy_of_it_is_open(
    signed: SignIn, editor: User, claim: Claim
) -> None:
    item, alone = make.evidence_for(claim, by=editor, title="Who told us"), make.evidence_for(claim, by=editor)
    act(claim.pk, Action.SPLIT, make.viewer(editor), part=GivenPart("Another claim of it.", evidence=[item]))
    copy = Evidence.objects.get(copied_from=item)
    client, said = signed(editor), "The same item is open on #%d, which shares it since a split. Protect it there, too."
    given = {"version": 1, "stance": "supports", "question": "so", "visibility": "protected"}
    assert "is open on" not in client.post(at(alone, "edit"), given, follow=True).content.decode()
    assert said % copy.claim_id in client.post(at(item, "edit"), given, follow=True).content.decode()
    assert "is open on" not in client.post(at(copy, "edit"), given, follow=True).content.decode()


def test_in_a_row_of_the_queue_an_item_counts_for_those_who_see_it(
    signed: SignIn, editor: User, reviewer: Reviewer, desk: Desk, claim: Claim
) -> None:
    pooled = make.a_claim(desk, State.QUEUED, by=editor)
    for one in (claim, pooled):
        make.evidence_for(one, by=editor)
        make.evidence_for(one, by=editor, visibility=Visibility.PROTECTED)
    rows = ((make.a_reviewer(desk).user, "pool", 1), (editor, "pool", 2), (reviewer.user, "mine", 2))
    for who, view, counted in rows:
        shown = signed(who).get(reverse("admin:index"), {"view": view}).content.decode()
        assert re.findall(r"(\d+) evidence</span>", shown) == [str(counted)], (who, view)


def test_beside_the_list_and_in_a_review_an_item_counts_for_those_who_see_it(
    signed: SignIn, editor: User, reviewer: Reviewer, desk: Desk, claim: Claim
) -> None:
    open_one = make.evidence_for(claim, by=editor)
    hidden = make.evidence_for(claim, by=editor, visibility=Visibility.PROTECTED)
    beside = reverse("admin:claims_claim_preview", args=[claim.pk])
    colleague = make.a_reviewer(desk).user
    for who, words in ((colleague, "1 supports"), (editor, "2 support"), (reviewer.user, "2 support")):
        assert f"<dd>{words}</dd>" in signed(who).get(beside).content.decode()
    review = make.review_by(claim, reviewer)
    assert review.evidence_ids == [open_one.pk, hidden.pk]
    page_of_it = reverse("admin:reviews_review_change", args=[review.pk])
    for who, numbers in ((colleague, f"{open_one.pk}"), (editor, f"{open_one.pk}, {hidden.pk}")):
        shown = signed(who).get(page_of_it).content.decode()
        assert f">{numbers}</" in " ".join(shown.split()).replace("> ", ">").replace(" </", "</")
        assert "vidence used" in shown
