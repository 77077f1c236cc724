"""Articles in: each once, each text frozen."""

from __future__ import annotations

from typing import Any

from claims.models import Article, ArticleRevision, Desk, Source, SourceKind
from tests.api.conftest import Api, signed_in, with_key
from tests.factories import TEXT, a_desk, a_reviewer, an_editor

ARTICLE: dict[str, Any] = {
    "outlet": "Harbour Post",
    "headline": "Minister may go",
    "url": "https://harbour.example/minister",
    "language": "en",
    "published_at": "2026-11-20T10:00:00+02:00",
    "text": TEXT,
}
UNTIL = "2036-11-20T10:00:00Z"


def test_the_same_article_again_is_the_one_that_is_there(api: Api, desk: Desk) -> None:
    first = api.post("/articles", ARTICLE)
    again = api.post("/articles", ARTICLE | {"url": "https://harbour.example/minister?utm_source=mail#top"})
    assert (first.status, again.status) == (201, 200)
    assert (again.body["id"], again.body["is_new"], again.body["is_new_text"]) == (first.body["id"], False, False)
    assert api.get(first.headers["Location"].removeprefix("/api/v1")).body["headline"] == "Minister may go"
    assert Article.objects.count() == 1


def test_an_embargo_that_a_known_article_comes_with_holds_from_then_on(api: Api, desk: Desk) -> None:
    number, until = api.post("/articles", ARTICLE).body["id"], "2036-11-20T10:00:00Z"
    again = with_key(desks=(desk,)).post("/articles", ARTICLE | {"embargo_until": until, "desk": desk.key})
    assert (again.status, again.body["id"], again.body["embargo_until"]) == (200, number, until)
    assert again.body["desk"]["key"] == desk.key
    assert api.get(f"/articles/{number}").code == "not_found"
    changed = signed_in(an_editor(desk)).post("/articles", ARTICLE | {"text": TEXT + " Corrected."})
    assert (changed.body["revision"]["number"], changed.body["embargo_until"]) == (2, until)  # none is said: it stays


def test_an_embargo_that_is_not_theirs_to_change_is_refused_and_nothing_is_kept(api: Api, desk: Desk) -> None:
    api.post("/articles", ARTICLE | {"desk": desk.key})
    sent = ARTICLE | {"embargo_until": "2036-11-20T10:00:00Z", "text": TEXT + " Corrected."}
    refused = signed_in(a_reviewer(desk).user).post("/articles", sent)
    assert (refused.status, refused.code, refused.pointers) == (403, "role_missing", ["/embargo_until"])
    assert (Article.objects.get().embargo_until, ArticleRevision.objects.count()) == (None, 1)


def test_the_sender_of_an_embargo_reads_what_it_may_not_have_meant(api: Api, desk: Desk) -> None:
    gone = api.post("/articles", ARTICLE | {"embargo_until": "2019-11-20T10:00:00Z", "desk": desk.key})
    assert gone.body["notes"] == ["The embargo has ended already: it holds nothing back."]
    other = {"url": "https://harbour.example/2", "embargo_until": "2036-11-20T10:00:00Z"}
    (note,) = api.post("/articles", ARTICLE | other).body["notes"]
    assert note == "It names no desk: until the embargo ends keys do not see it, people do."


def test_whoever_amends_an_embargo_reads_what_it_may_not_have_meant(api: Api, desk: Desk) -> None:
    made = api.post("/articles", ARTICLE)
    place, editor = f"/articles/{made.body['id']}", signed_in(an_editor(desk))
    gone = editor.patch(place, {"embargo_until": "2019-11-20T10:00:00Z"}, If_Match=made.etag)
    assert gone.body["notes"] == ["The embargo has ended already: it holds nothing back."]
    nobodys = editor.patch(place, {"embargo_until": UNTIL}, If_Match=gone.etag)
    assert nobodys.body["notes"] == ["It names no desk: until the embargo ends keys do not see it, people do."]
    assert editor.patch(place, {"desk": desk.key, "headline": "It is out"}, If_Match=nobodys.etag).body["notes"] == []


def test_a_key_that_will_not_see_what_it_sends_reads_so(api: Api, desk: Desk) -> None:
    unseen = ["Until the embargo ends this key does not see it: it is not confined to the article's desk."]
    held = {"embargo_until": UNTIL, "desk": desk.key}
    made = api.post("/articles", ARTICLE | held)
    assert (made.status, made.body["notes"]) == (201, unseen)
    assert api.get(f"/articles/{made.body['id']}").status == 404
    page = api.post("/articles", {"html": SAMPLE, **held})
    assert page.body["notes"] == unseen
    other = api.post("/articles", ARTICLE | {"url": "https://harbour.example/2"})
    assert api.patch(f"/articles/{other.body['id']}", held, If_Match=other.etag).body["notes"] == unseen
    seen = with_key(desks=(desk,)).post("/articles", ARTICLE | {"url": "https://harbour.example/3"} | held)
    assert (seen.status, seen.body["notes"]) == (201, [])


def test_what_is_known_and_not_theirs_is_refused_in_words_that_are_true_of_each(api: Api, desk: Desk) -> None:
    api.post("/articles", ARTICLE | {"embargo_until": UNTIL})
    refused = with_key(desks=(desk,)).post("/articles", ARTICLE)
    assert (refused.status, refused.code) == (409, "already_elsewhere")
    assert refused.body["detail"] == (
        "This article is known already, but not yours to see: it is another desk's, or under embargo."
    )


def test_another_desk_than_a_known_article_has_is_refused_with_an_embargo_and_told_without(desk: Desk) -> None:
    other = a_desk()
    both, held = with_key(desks=(desk, other)), ARTICLE | {"embargo_until": UNTIL, "desk": desk.key}
    both.post("/articles", held)
    refused = both.post("/articles", held | {"desk": other.key, "text": TEXT + " Corrected."})
    assert (refused.status, refused.pointers) == (422, ["/desk"])
    told = both.post("/articles", ARTICLE | {"desk": other.key})
    assert (told.status, told.body["notes"]) == (200, [f"It is known already, and stays on the desk {desk}."])
    over = held | {"url": "https://harbour.example/2", "embargo_until": "2019-11-20T10:00:00Z"}
    both.post("/articles", over)
    (stays, ended) = both.post("/articles", over | {"desk": other.key}).body["notes"]
    assert (stays, ended) == (told.body["notes"][0], "The embargo has ended already: it holds nothing back.")
    nobodys = {"url": "https://harbour.example/3"}
    both.post("/articles", ARTICLE | nobodys)
    (note,) = both.post("/articles", ARTICLE | nobodys | {"desk": desk.key}).body["notes"]
    assert note == "It is known already, and stays on no desk."
    assert Article.objects.filter(revisions__number=2).count() == 0


def test_the_desk_that_alone_sees_an_article_is_not_taken_off_it(api: Api, desk: Desk) -> None:
    held = ARTICLE | {"embargo_until": "2036-11-20T10:00:00Z", "desk": desk.key}
    made = with_key(desks=(desk,)).post("/articles", held)
    place, tag = f"/articles/{made.body['id']}", made.headers["ETag"]
    refused = signed_in(an_editor(desk)).patch(place, {"desk": None}, If_Match=tag)
    assert (refused.status, refused.pointers) == (422, ["/desk"])
    longer = signed_in(an_editor(desk)).patch(
        place, {"desk": None, "embargo_until": "2037-01-01T00:00:00Z"}, If_Match=tag
    )
    assert longer.pointers == ["/desk"]
    ended = signed_in(an_editor(desk)).patch(
        place, {"desk": None, "embargo_until": "2020-01-01T00:00:00Z"}, If_Match=tag
    )
    assert (ended.status, ended.body["desk"]) == (200, None)


def test_an_article_without_a_link_is_known_again_when_its_headline_was_corrected(api: Api, desk: Desk) -> None:
    sent = {name: value for name, value in ARTICLE.items() if name != "url"}
    first, twin = api.post("/articles", sent), api.post("/articles", sent | {"headline": "Minister stays"})
    patched = api.patch(f"/articles/{first.body['id']}", {"headline": "Minister goes"}, If_Match=first.headers["ETag"])
    for headline in ("Minister may go", "Minister goes"):
        again = api.post("/articles", sent | {"headline": headline})
        assert (again.status, again.body["id"], again.body["headline"]) == (200, first.body["id"], "Minister goes")
    later = api.post(f"/articles/{first.body['id']}/revisions", {"text": TEXT + " Corrected."})
    assert (later.status, later.body["number"]) == (201, 2)
    alike = api.patch(f"/articles/{first.body['id']}", {"headline": "Minister stays"}, If_Match=patched.headers["ETag"])
    assert alike.status == 200
    assert api.post("/articles", sent | {"headline": "Minister stays"}).body["id"] == twin.body["id"]
    assert Article.objects.count() == 2


def test_a_later_text_is_kept_on_its_article_whatever_its_outlet_became(api: Api, desk: Desk) -> None:
    number = api.post("/articles", {name: value for name, value in ARTICLE.items() if name != "url"}).body["id"]
    Source.objects.filter(name="Harbour Post").update(kind=SourceKind.ORGANISATION, name="Harbour Group")
    later = api.post(f"/articles/{number}/revisions", {"text": TEXT + " Corrected."})
    assert (later.status, later.body["article"], later.body["number"]) == (201, number, 2)
    assert Article.objects.count() == Source.objects.count() == 1


def test_a_changed_text_is_a_new_revision(api: Api, desk: Desk) -> None:
    number = api.post("/articles", ARTICLE).body["id"]
    changed = api.post("/articles", ARTICLE | {"text": TEXT + " Corrected."})
    assert (changed.status, changed.body["revision"]["number"]) == (200, 2)
    third = api.post(f"/articles/{number}/revisions", {"text": TEXT + " Corrected twice."})
    assert (third.status, third.body["number"], third.headers["Location"]) == (
        201,
        3,
        f"/api/v1/articles/{number}/revisions/3",
    )
    assert api.post(f"/articles/{number}/revisions", {"text": TEXT + " Corrected twice."}).status == 200
    assert api.post("/articles", ARTICLE).body["revision"]["number"] == 1  # a sender that repeats itself
    back = api.post(f"/articles/{number}/revisions", {"text": TEXT})
    assert (back.status, back.body["number"]) == (201, 4)
    listed = api.get(f"/articles/{number}/revisions").body["results"]
    assert [(row["number"], row["length"]) for row in listed] == [
        (1, len(TEXT)),
        (2, len(TEXT) + 11),
        (3, len(TEXT) + 17),
        (4, len(TEXT)),
    ]
    assert "text" not in listed[0]
    assert api.get(f"/articles/{number}/revisions/2").body["text"] == TEXT + " Corrected."
    assert api.get(f"/articles/{number}/revisions/9").code == "not_found"
    assert ArticleRevision.objects.count() == 4


def test_an_article_of_a_desk_one_does_not_see_is_not_handed_out(desk: Desk) -> None:
    with_key(desks=(a_desk(),)).post("/articles", ARTICLE)
    answer = with_key(desks=(desk,)).post("/articles", ARTICLE)
    assert (answer.status, answer.code) == (409, "already_elsewhere")
    assert "headline" not in answer.body


def test_articles_are_found_by_any_spelling_of_their_address(api: Api, desk: Desk) -> None:
    number = api.post("/articles", ARTICLE).body["id"]
    found = api.get("/articles?url=HTTPS://Harbour.example/minister%3Futm_source=x").body["results"]
    assert [row["id"] for row in found] == [number]
    assert api.get("/articles?url=nonsense").code == "bad_parameter"
    assert api.get("/articles?language=uk&published_after=2026-11-01T00:00:00Z").body["results"] == []


SAMPLE = """<!doctype html><html lang="en"><head><title>Ferry may stop | Harbour Post</title>
<link rel="canonical" href="https://harbour.example/ferry?utm_source=x">
<meta property="og:site_name" content="Harbour Post">
<script type="application/ld+json">{"@type": "NewsArticle", "headline": "Ferry may stop",
"datePublished": "2026-11-20T10:00:00+02:00", "author": {"name": "Sample Author"}}</script></head>
<body><nav>Home News Sport</nav><article>
<p>The ferry will probably stop in December, two officials said.</p></article></body></html>"""
WORDS = "The ferry will probably stop in December, two officials said."


def test_a_page_is_taken_in_with_what_it_says_of_itself(api: Api, desk: Desk) -> None:
    made = api.post("/articles", {"html": SAMPLE, "desk": desk.key, "published_zone": "Europe/Kyiv"})
    assert (made.status, made.body["is_new"], made.body["notes"]) == (201, True, [])
    assert made.body["revision"]["text"] == WORDS
    assert (made.body["outlet"]["name"], made.body["headline"], made.body["language"], made.body["authors"]) == (
        *("Harbour Post", "Ferry may stop"),
        *("en", ["Sample Author"]),
    )
    assert (made.body["published_at"], made.body["published_known"], made.body["url"]) == (
        *("2026-11-20T08:00:00Z", "page"),
        "https://harbour.example/ferry",
    )
    again = api.post("/articles", {"html": SAMPLE.replace("officials", "ministers"), "headline": "Given wins"})
    assert (again.status, again.body["id"], again.body["revision"]["number"]) == (200, made.body["id"], 2)
    later = api.post(f"/articles/{made.body['id']}/revisions", {"html": SAMPLE.replace("December", "January")})
    assert (later.status, later.body["number"]) == (201, 3)


def test_a_page_that_does_not_say_enough_is_refused_field_by_field(api: Api, desk: Desk) -> None:
    answer = api.post("/articles", {"html": "<p>The ferry stops.</p>"})
    assert (answer.status, answer.pointers) == (422, ["/outlet", "/headline", "/language", "/published_at"])
    unread = api.post("/articles", {"html": "<script>1</script>"})
    assert (unread.status, unread.code, unread.pointers) == (422, "nothing_readable", ["/html"])
    half = api.post("/articles", {"html": "a\ud800b"})
    assert (half.status, half.code, half.pointers) == (422, "unusable_text", ["/html"])
    both = api.post("/articles", ARTICLE | {"html": SAMPLE})
    assert (both.status, both.pointers) == (422, ["/html"])
    assert Article.objects.count() == 0
