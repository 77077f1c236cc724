"""News items come in as articles: versions in order, embargoes kept, what is withheld or cancelled said."""

from __future__ import annotations

from typing import Any

import pytest

from claims.models import Article, Claim, Desk, NewsItem, Scope, Source, SourceKind
from tests import factories as make
from tests.api.conftest import Answer, Api, signed_in, with_key
from tests.intake.test_ninjs import TEXT, THREE, TWO

pytestmark = pytest.mark.django_db
PLAIN = {name: value for name, value in THREE.items() if name not in {"embargoedUntil", "edNote", "language"}}
URN = PLAIN | {"uri": "urn:newsml:1", "language": "en"}


def send(api: Api, item: dict[str, Any], **told: Any) -> Answer:
    return api.post("/articles", {"ninjs": item, **told})


def version(number: int | str, text: str = TEXT, **more: Any) -> dict[str, Any]:
    body = {"role": "main", "contentType": "text/plain", "value": text}
    return URN | {"version": str(number), "bodies": [body], **more}


@pytest.mark.parametrize("item", [THREE, TWO])
def test_an_item_is_an_article_with_its_embargo(api: Api, desk: Desk, item: dict[str, Any]) -> None:
    made = send(with_key(desks=(desk,)), item, desk=desk.key)
    assert (made.status, made.body["notes"]) == (201, ["The provider's note: Second lead"])
    assert (made.body["outlet"]["name"], made.body["headline"], made.body["language"], made.body["url"]) == (
        *("RBC-Ukraine", "US generals may head to Russia"),
        *("en-US", THREE["uri"]),
    )
    assert (made.body["published_at"], made.body["published_raw"], made.body["published_known"]) == (
        *("2025-11-22T01:51:32Z", "2025-11-22T01:51:32Z"),
        "given",
    )
    assert (made.body["embargo_until"], made.body["authors"]) == ("2025-11-22T04:00:00Z", ["Sample Author"])
    assert made.body["revision"]["text"] == TEXT


def test_what_is_given_wins_and_what_nobody_says_is_refused(api: Api, desk: Desk) -> None:
    missing = send(api, PLAIN)
    assert (missing.status, missing.pointers) == (422, ["/language"])
    assert missing.body["detail"] == "The item does not name its language. Name it by its tag, for example en."
    made = send(api, PLAIN, language="uk", outlet="River Post", published_at="2025-11-23T00:00:00Z")
    assert (made.status, made.body["language"], made.body["outlet"]["name"], made.body["published_raw"]) == (
        *(201, "uk"),
        *("River Post", ""),
    )


def test_a_later_version_is_a_later_text_and_changes_what_is_said_of_the_article(api: Api, desk: Desk) -> None:
    first = send(api, version(1)).body
    headlines = [{"role": "main", "value": "US generals will not go"}]
    later = send(api, version(2, "They stay.", headlines=headlines, embargoedUntil="2027-01-01T00:00:00Z"))
    assert (later.status, later.body["id"], later.body["revision"]["number"]) == (200, first["id"], 2)
    assert (later.body["headline"], later.body["embargo_until"]) == ("US generals will not go", "2027-01-01T00:00:00Z")
    again = send(api, version(2, "They stay."))
    assert (again.status, again.body["is_new_text"], again.body["headline"]) == (200, False, "US generals will not go")
    assert (Article.objects.count(), NewsItem.objects.get().version) == (1, "2")
    stranger = with_key()  # the item is under embargo, for all but its sender
    assert send(stranger, version(3, "They went.")).code == "already_elsewhere"


def test_a_later_version_is_a_text_of_its_article_whatever_the_outlet_became(api: Api, desk: Desk) -> None:
    first = send(api, version(1)).body
    Source.objects.filter(pk=first["outlet"]["id"]).update(kind=SourceKind.ORGANISATION, name="RBC")
    later = send(api, version(2, "They stay."))
    assert (later.body["id"], later.body["revision"]["article"]) == (first["id"], first["id"])
    assert Article.objects.count() == Source.objects.count() == 1


def test_the_first_item_of_a_known_article_puts_it_under_embargo(api: Api, desk: Desk) -> None:
    link = {"url": "https://river.example/ferry", "outlet": "River Post", "headline": "Ferry", "language": "en"}
    known = api.post("/articles", link | {"published_at": "2026-11-20T10:00:00Z", "text": TEXT}).body
    item = version(1, uri=link["url"], embargoedUntil="2036-01-01T00:00:00Z")
    taken = send(api, item, **link, published_at="2026-11-20T10:00:00Z")
    assert (taken.status, taken.body["id"]) == (200, known["id"])
    assert taken.body["embargo_until"] == "2036-01-01T00:00:00Z"
    assert "It names no desk: until the embargo ends keys do not see it, people do." in taken.body["notes"]


def test_a_later_version_for_another_desk_says_where_its_article_stays(desk: Desk) -> None:
    other = make.a_desk()
    both = with_key(desks=(desk, other))
    send(both, version(1), desk=desk.key)
    later = send(both, version(2, "They stay.", embargoedUntil="2036-01-01T00:00:00Z"), desk=other.key)
    assert (later.status, later.body["desk"]["key"]) == (200, desk.key)
    assert later.body["notes"] == [f"It is known already, and stays on the desk {desk}."]


def test_the_sender_of_an_item_that_it_will_not_see_reads_so(api: Api, desk: Desk) -> None:
    made = send(api, version(1, embargoedUntil="2036-01-01T00:00:00Z"), desk=desk.key)
    (note,) = made.body["notes"]
    assert note.startswith("Until the embargo ends this key does not see it")


def test_an_older_version_is_refused_and_a_version_is_not_used_twice(api: Api, desk: Desk) -> None:
    send(api, version(2))
    older = send(api, version(1, "Before."))
    assert (older.status, older.code) == (409, "older_version")
    assert older.body["detail"] == "Version 2 of this item is here already. Nothing was changed."
    reused = send(api, version(2, "Otherwise."))
    assert (reused.status, reused.code) == (409, "version_reused")
    assert Article.objects.get().revisions.count() == 1


def test_a_body_in_html_is_read(api: Api, desk: Desk) -> None:
    page = {"role": "main", "contentType": "text/html", "value": "<p>One.</p><p>Two &amp; three.</p>"}
    made = send(api, URN | {"bodies": [page]})
    assert made.body["revision"]["text"] == "One.\nTwo & three."
    empty = send(api, URN | {"uri": "urn:2", "bodies": [page | {"value": "<script>1</script>"}]})
    assert (empty.status, empty.pointers) == (422, ["/ninjs/bodies"])


def test_what_is_withheld_or_cancelled_before_it_was_here_is_not_taken_in(api: Api, desk: Desk) -> None:
    assert send(api, version(1, pubStatus="withheld")).code == "item_withheld"
    assert send(api, version(1, pubStatus="canceled")).code == "item_canceled"
    assert Article.objects.count() == 0


def test_a_cancelled_article_says_so_and_names_its_claims_until_it_is_usable_again(api: Api, desk: Desk) -> None:
    number = send(api, version(1)).body["id"]
    text = Article.objects.get().revisions.get()
    claim: Claim = make.a_claim(desk, quote=make.a_quote(text, "as early as next week"))
    answer = send(api, {"uri": "urn:newsml:1", "version": "2", "pubstatus": "canceled"})
    assert (answer.status, answer.body["revision"]["number"], answer.body["canceled_at"] is None) == (200, 1, False)
    (note,) = answer.body["notes"]
    assert note.startswith("The provider has cancelled this item. Its texts stay as they are.")
    assert note.endswith(f"Look at the claims that quote it: #{claim.pk}.")
    back = send(api, version(3, "They may go after all."))
    assert (back.body["canceled_at"], api.get(f"/articles/{number}").body["canceled_at"]) == (None, None)


def test_an_item_of_a_desk_one_does_not_see_is_not_handed_out(api: Api, desk: Desk) -> None:
    send(with_key(desks=(make.a_desk(),)), version(1))
    assert send(with_key(Scope.CLAIMS_WRITE, desks=(desk,)), version(2, "More.")).code == "already_elsewhere"


def test_a_reviewer_adds_items_and_only_an_editor_changes_what_is_said_of_one(api: Api, desk: Desk) -> None:
    reviewer, editor = signed_in(make.a_reviewer(desk).user), signed_in(make.an_editor(desk))
    assert send(reviewer, version(1), desk=desk.key).status == 201
    assert send(reviewer, version(2, "They stay.")).status == 200
    other = version(3, "They go.", headlines=[{"value": "They go"}])
    assert send(reviewer, other).code == "role_missing"
    assert Article.objects.get().revisions.count() == 2
    assert send(editor, other).body["headline"] == "They go"
