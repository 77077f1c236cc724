"""An article that its provider cancels: whoever quotes it is flagged and told, until somebody says what that means."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from claims.lifecycle import State
from claims.models import Article, Cancellation, Claim, ClaimEvent, Desk, Flag, FlagKind, User
from claims.services.cancellations import tell_cancellations
from reviews.models import Notice
from reviews.noticing import NoticeReason
from reviews.services.notices import tell
from tests import factories as make
from tests.admin.conftest import SignIn, signed
from tests.api.conftest import Api, signed_in, with_key
from tests.concurrency.crowd import broken_promises

__all__ = ["signed"]
pytestmark = pytest.mark.django_db
NOTE = {"note": "Two other outlets have it from the ministry itself."}
WORDS = "The provider has cancelled an article that is quoted. Say what that means for the claim."


@pytest.fixture
def item(desk: Desk) -> dict[str, Any]:
    """A news item that is here already."""
    sent = {
        "uri": "urn:newsml:harbour.example:1",
        "version": "1",
        "language": "en",
        "versioncreated": "2026-11-20T08:00:00Z",
        "headlines": [{"value": "Minister may go"}],
        "bodies": [{"role": "main", "contenttype": "text/plain", "value": make.TEXT}],
    }
    assert with_key().post("/articles", {"ninjs": sent, "outlet": "Harbour Post"}).status == 201
    return sent


def send(item: dict[str, Any], version: int, **more: Any) -> None:
    told = item | {"version": str(version), "versioncreated": f"2026-11-2{version}T08:00:00Z"} | more
    answer = with_key().post("/articles", {"ninjs": told})
    assert answer.status == 200, answer.body


def cancel(item: dict[str, Any], version: int = 2) -> int:
    send(item, version, pubstatus="canceled")
    return tell_cancellations()


def quoting(desk: Desk, state: State = State.QUEUED, **given: Any) -> Claim:
    """A claim that quotes the item."""
    text = Article.objects.get(items__isnull=False).revisions.get()
    return make.a_claim(desk, state, quote=make.a_quote(text), **given)


def flags(claim: Claim) -> list[str]:
    standing = Flag.objects.standing().filter(claim=claim, kind=FlagKind.SOURCE_CHANGED)
    return list(standing.values_list("reason", flat=True))


def types(claim: Claim) -> list[str]:
    rows = ClaimEvent.objects.filter(claim=claim, type__startswith="article.")
    return list(rows.order_by("seq").values_list("type", flat=True))


def heard() -> set[tuple[int, int | None]]:
    """Who was told of which claim that its article is cancelled."""
    tell(list(ClaimEvent.objects.order_by("id")))
    return set(Notice.objects.filter(reason=NoticeReason.SOURCE_CANCELED).values_list("user", "claim"))


def test_whoever_quotes_it_is_flagged_and_told_once(desk: Desk, editor: User, item: dict[str, Any]) -> None:
    reviewer = make.a_reviewer(desk)
    running, decided = (
        quoting(desk, state, by=editor, reviewer=reviewer) for state in (State.IN_REVIEW, State.DECIDED)
    )
    proposed, other = quoting(desk, State.PROPOSED, by=editor), make.a_claim(desk, by=editor)
    assert cancel(item) == 3
    assert tell_cancellations() == 0
    assert [flags(claim) for claim in (running, decided, proposed, other)] == [[WORDS], [WORDS], [], []]
    assert [types(claim) for claim in (running, decided, proposed)] == [["article.cancel"]] * 3
    assert heard() == {(reviewer.user.pk, running.pk), (editor.pk, decided.pk)}
    assert broken_promises() == {}


def test_somebody_says_what_it_means_and_the_flag_goes(
    desk: Desk, editor: User, item: dict[str, Any], api: Api
) -> None:
    claim = quoting(desk, by=editor)
    cancel(item)
    path = f"/claims/{claim.pk}/cancellations"
    (row,) = api.get(path).body["results"]
    assert (row["claim"], row["to_note"], row["noted"], row["ended_at"]) == (claim.pk, True, None, None)
    where = f"/cancellations/{row['id']}/noted"
    assert api.post(where, NOTE).code == "role_missing"
    stranger = signed_in(make.an_editor(make.a_desk()))
    assert (stranger.post(where, NOTE).status, stranger.get(path).status) == (404, 404)
    own = signed_in(editor)
    assert own.post(where, {"note": " "}).pointers == ["/note"]
    noted = own.post(where, NOTE).body
    assert (noted["to_note"], noted["noted"]["by"], noted["noted"]["note"]) == (False, editor.full_name, NOTE["note"])
    assert flags(claim) == []
    again = own.post(where, NOTE)
    assert (again.status, again.code) == (409, "action_not_possible")
    assert types(claim) == ["article.cancel", "article.judge"]
    assert broken_promises() == {}


def test_it_is_over_when_the_article_is_usable_again_and_begins_anew(desk: Desk, item: dict[str, Any]) -> None:
    claim = quoting(desk)
    cancel(item)
    send(item, 3)
    assert tell_cancellations() == 1
    assert (flags(claim), types(claim)) == ([], ["article.cancel", "article.usable"])
    number = Cancellation.objects.get().pk
    refused = signed_in(make.an_editor(desk)).post(f"/cancellations/{number}/noted", NOTE)
    assert refused.code == "action_not_possible"
    assert cancel(item, 4) == 1
    assert (flags(claim), Cancellation.objects.filter(claim=claim).count()) == ([WORDS], 2)
    assert broken_promises() == {}


@pytest.mark.parametrize("path", ["/claims", "/claims:batchCreate"])
def test_a_claim_made_after_the_cancellation_is_flagged_as_it_is_accepted(
    desk: Desk, item: dict[str, Any], api: Api, path: str
) -> None:
    cancel(item)
    article = Article.objects.get().pk
    given = {"article": article, "quote": make.QUOTE, "desk": desk.key, "accept": True}
    made = api.post(path, {"claims": [given]} if "batch" in path else given).body
    claim = Claim.objects.get(pk=made["results"][0]["id"] if "batch" in path else made["id"])
    assert (flags(claim), types(claim)) == ([WORDS], ["article.cancel"])
    assert broken_promises() == {}


def test_the_claim_that_stays_is_flagged_for_what_was_merged_into_it(
    desk: Desk, editor: User, item: dict[str, Any]
) -> None:
    merged, stays = quoting(desk, by=editor), make.a_claim(desk, by=editor)
    signed_in(editor).act(merged.pk, action="merge", into=stays.pk)
    cancel(item)
    assert (flags(stays), flags(merged)) == ([WORDS], [])
    number = Cancellation.objects.get().pk
    assert signed_in(editor).post(f"/cancellations/{number}/noted", NOTE).status == 200
    assert flags(stays) == []
    assert broken_promises() == {}


def test_the_page_of_the_claim_says_it_and_takes_the_note(
    desk: Desk, editor: User, item: dict[str, Any], signed: SignIn
) -> None:
    claim = quoting(desk, by=editor)
    cancel(item)
    browser: Client = signed(editor)
    address = reverse("admin:claims_claim_cancellation", args=[claim.pk, Cancellation.objects.get().pk])
    page = reverse("admin:claims_claim_change", args=[claim.pk])
    assert address in browser.get(page).content.decode()
    assert (
        "Say what the cancelled article means for this claim." in browser.post(address, {"note": ""}).content.decode()
    )
    assert browser.post(address, NOTE).status_code == 302
    assert flags(claim) == []
    shown = browser.get(address).content.decode()
    assert NOTE["note"] in shown
    assert '<form method="post" novalidate>' not in shown
    assert browser.post(address, NOTE).status_code == 200
    assert browser.get(address.replace(str(claim.pk), "999999")).status_code == 404


def test_a_dismissed_claim_hears_of_it_when_it_is_restored(desk: Desk, editor: User, item: dict[str, Any]) -> None:
    claim = quoting(desk, by=editor)
    signed_in(editor).act(claim.pk, action="dismiss", reason="off_subject")
    cancel(item)
    assert flags(claim) == []
    signed_in(editor).act(claim.pk, action="restore")
    assert flags(claim) == [WORDS]
    assert broken_promises() == {}
