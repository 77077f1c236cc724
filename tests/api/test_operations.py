"""A link is taken at once, its page later: the answer is an operation that says how it fares."""

from __future__ import annotations

from typing import Any

from claims.models import Article, Desk, Operation, Scope
from claims.services.importing import import_articles
from tests import factories as make
from tests.api.conftest import Api, signed_in, with_key
from tests.intake.pages import Site


def test_a_link_is_an_operation_until_it_is_an_article(api: Api, desk: Desk, ferry: Site) -> None:
    asked = api.post("/articles", {"url": ferry.link("ferry"), "desk": desk.key}, Idempotency_Key="once")
    assert (asked.status, asked.body["state"], asked.headers["Retry-After"]) == (202, "queued", "2")
    assert [step["state"] for step in asked.body["steps"]] == ["waiting", "waiting", "waiting"]
    again = api.post("/articles", {"url": ferry.link("ferry"), "desk": desk.key}, Idempotency_Key="once")
    assert (again.status, again.body, again.headers["Idempotent-Replayed"]) == (202, asked.body, "true")
    assert (again.headers["Location"], again.headers["Retry-After"]) == (asked.headers["Location"], "2")
    assert Operation.objects.count() == 1
    import_articles()
    done = api.get(asked.headers["Location"].removeprefix("/api/v1"))
    assert (done.status, done.body["state"], "Retry-After" in done.headers) == (200, "done", False)
    assert [step["state"] for step in done.body["steps"]] == ["done", "done", "done"]
    assert done.body["counts"] == {"total": 1, "done": 1, "failed": 0}
    article = api.get(f"/articles/{done.body['article']}").body
    assert (article["headline"], article["desk"]["key"]) == ("Ferry may stop", desk.key)
    assert api.get(f"/articles/{article['id']}/revisions/{done.body['revision']}").status == 200


def test_a_failure_says_at_which_step_and_why_and_is_tried_again(api: Api, desk: Desk, ferry: Site) -> None:
    ferry.closed(404)
    number = api.post("/articles", {"url": ferry.link()}).body["id"]
    import_articles()
    failed = api.get(f"/operations/{number}").body
    assert (failed["state"], failed["article"], failed["counts"]["failed"]) == ("failed", None, 1)
    assert [step["state"] for step in failed["steps"]] == ["failed", "waiting", "waiting"]
    (failure,) = failed["failures"]
    assert (failure["step"], failure["code"]) == ("fetch", "did_not_open")
    assert failure["detail"] == "The page did not open (404). Paste the text instead."
    ferry.closed(200)
    again = api.post(f"/operations/{number}:retry", None)
    assert (again.status, again.body["state"], again.headers["Retry-After"]) == (202, "queued", "2")
    assert api.post(f"/operations/{number}:retry", None).code == "not_failed"
    import_articles()
    assert api.get(f"/operations/{number}").body["state"] == "done"


def test_operations_are_listed_by_state_in_few_queries(
    api: Api, desk: Desk, ferry: Site, django_assert_num_queries: Any
) -> None:
    for number in range(3):
        api.post("/articles", {"url": ferry.link(str(number))})
    import_articles()
    ferry.closed(404)
    api.post("/articles", {"url": ferry.link("gone")})
    import_articles()
    with django_assert_num_queries(6):  # key, its use and desks, rows, time, articles
        done = api.get("/operations?state=done").body["results"]
    assert [row["article"] for row in done] == list(Article.objects.order_by("-pk").values_list("pk", flat=True))
    assert [row["state"] for row in api.get("/operations?state=failed,queued").body["results"]] == ["failed"]
    assert api.get("/operations?state=over").code == "bad_parameter"


def test_somebody_elses_operation_is_not_there(api: Api, desk: Desk) -> None:
    made = with_key().post("/articles", {"url": "https://www.harbour-post.net/ferry", "desk": desk.key}).body["id"]
    for other in (api, signed_in(make.a_reviewer(desk).user)):
        assert other.get(f"/operations/{made}").code == "not_found"
        assert other.get("/operations").body["results"] == []
        assert other.post(f"/operations/{made}:retry", None).status in {403, 404}
    assert signed_in(make.an_editor(desk)).get(f"/operations/{made}").status == 200


def test_an_article_that_one_may_not_see_any_more_is_not_named(desk: Desk, ferry: Site) -> None:
    api = with_key(Scope.CLAIMS_READ, Scope.CLAIMS_WRITE, desks=(desk,))
    number = api.post("/articles", {"url": ferry.link()}).body["id"]
    import_articles()
    assert api.get(f"/operations/{number}").body["article"] is not None
    article = Article.objects.get()
    article.desk = make.a_desk()
    article.save(update_fields=["desk"])
    after = api.get(f"/operations/{number}").body
    assert (after["state"], after["article"], after["revision"]) == ("done", None, None)


def test_a_link_that_would_never_open_is_refused_at_once(api: Api, desk: Desk) -> None:
    for url in ("https://harbour.example/ferry", "ftp://harbour-post.net/", "nonsense"):
        answer = api.post("/articles", {"url": url})
        assert (answer.status, answer.pointers) == (422, ["/url"])
    missing = api.post("/articles", {"headline": "No text, no page, no link"})
    assert missing.pointers == ["/outlet", "/text", "/language", "/published_at"]
    assert with_key(Scope.CLAIMS_READ).post("/articles", {"url": "https://harbour-post.net/"}).status == 403
