"""Articles are taken in from their links: once, by one reader at a time, and a failure says what to do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.test import Client

from claims.errors import ClaimDeskError, Invalid, RoleMissing
from claims.intake.client import Answer
from claims.models import Article, ArticleRevision, DateKnown, Desk, DeskRole, Operation, OperationState, Scope, User
from claims.permissions import Viewer
from claims.services.completing import ToldArticle
from claims.services.importing import AGAIN_IN, LEASE, MOST, carry_on, import_articles, take
from claims.services.keys import revoke_key
from claims.services.operations import (
    NotFailed,
    ReadingIsOff,
    ask_import,
    try_again,
    visible_operations,
)
from claims.tasks import imports
from reviews.services.verifying import verify_everything
from tests import factories as make
from tests.concurrency.crowd import at_once
from tests.intake.pages import FERRY, Site

pytestmark = pytest.mark.django_db


def ask(by: User | Viewer, url: str, **told: Any) -> Operation:
    return ask_import(by if isinstance(by, Viewer) else make.viewer(by), ToldArticle(url=url, **told))


def fresh(row: Operation) -> Operation:
    return Operation.objects.select_related("revision__article").get(pk=row.pk)


def now_due(row: Operation) -> None:
    """As if the time of its next attempt had come."""
    row = fresh(row)
    row.next_attempt_at = make.ahead(seconds=-1)
    row.save(update_fields=["next_attempt_at"])


def answered(body: str = FERRY, url: str = "http://127.0.0.1:9/ferry") -> Answer:
    return Answer(url, 200, (("Content-Type", "text/html"),), body.encode())


def test_a_link_becomes_an_article_as_its_page_would(ferry: Site, desk: Desk, editor: User) -> None:
    row = ask(editor, ferry.link("ferry?utm_source=x"), desk=desk, published_zone="Europe/Kyiv", authors=["Somebody"])
    assert (row.state, row.next_attempt_at, Article.objects.count(), ferry.asked) == ("queued", row.asked_at, 0, [])
    imports()
    done = fresh(row)
    assert (done.state, done.step, done.attempts, done.failures, done.next_attempt_at) == ("done", "keep", 1, [], None)
    assert done.revision is not None
    assert done.revision.text == "The ferry will probably stop in December, two officials said."
    article = done.revision.article
    assert (article.canonical_url, article.outlet.name, article.desk) == (ferry.link("ferry"), "Harbour Post", desk)
    assert (article.published_at, article.published_zone, article.published_known, article.authors) == (
        *(datetime(2026, 11, 20, 8, tzinfo=UTC), "Europe/Kyiv"),
        *(DateKnown.PAGE, ["Somebody"]),
    )
    assert (done.is_new, done.is_new_text) == (True, True)


def test_the_same_article_again_is_the_one_that_is_there(ferry: Site, editor: User) -> None:
    first, again = ask(editor, ferry.link("ferry")), ask(editor, ferry.link("ferry#comments"))
    assert import_articles() == 2
    assert fresh(first).revision == fresh(again).revision
    assert (fresh(again).is_new, fresh(again).is_new_text, Article.objects.count()) == (False, False, 1)
    ferry.body = FERRY.replace("December", "January").encode()
    later = ask(editor, ferry.link("ferry"))
    import_articles()
    assert (fresh(later).is_new, fresh(later).is_new_text) == (False, True)
    assert verify_everything(timedelta(0)).broken == []


def test_an_import_of_a_known_article_says_that_it_stays_on_its_desk(ferry: Site, editor: User, desk: Desk) -> None:
    other = make.a_desk()
    make.joined(editor, other, DeskRole.EDITOR)
    said = []
    for one in (desk, other):
        row = ask(editor, ferry.link("ferry"), desk=one)
        import_articles()
        said.append(f"It is known already, and stays on the desk {desk}." in fresh(row).notes)
    assert said == [False, True]


@pytest.mark.parametrize(
    ("status", "waits", "sentence"),
    [
        (403, None, "The page did not open (403). Paste the text instead."),
        (503, AGAIN_IN[0], "The page did not open (503). Paste the text instead."),
    ],
)
def test_what_may_open_soon_is_tried_again_and_what_will_not_is_over(
    ferry: Site, editor: User, status: int, waits: timedelta | None, sentence: str
) -> None:
    row = ask(editor, ferry.link())
    ferry.closed(status)
    import_articles()
    failed = fresh(row)
    assert failed.why == sentence
    assert (failed.state, failed.failures[0]["step"], failed.failures[0]["code"]) == (
        *("queued" if waits else "failed", "fetch"),
        "did_not_open",
    )
    if waits:
        assert failed.next_attempt_at is not None
        assert timedelta(0) < waits - (failed.next_attempt_at - make.now()) < timedelta(seconds=10)
        for _ in range(MOST - 1):
            now_due(row)
            import_articles()
        assert (fresh(row).state, fresh(row).attempts, len(ferry.asked)) == ("failed", MOST, MOST)


def test_a_failed_import_is_tried_again_when_somebody_asks(ferry: Site, editor: User) -> None:
    row = ask(editor, ferry.link())
    with pytest.raises(NotFailed):
        try_again(make.viewer(editor), row.pk)
    ferry.closed(404)
    import_articles()
    assert fresh(row).state == OperationState.FAILED
    ferry.closed(200)
    again = try_again(make.viewer(editor), row.pk)
    assert (again.state, again.attempts, len(again.failures)) == ("queued", 0, 1)
    import_articles()
    assert fresh(row).state == OperationState.DONE


@pytest.mark.parametrize(
    ("body", "step", "sentence"),
    [
        ("<script>1</script>", "read", "No text can be read from this page. Send the text itself."),
        (FERRY.replace("2026-11-20T10", "soon"), "keep", "The page does not say when it was published. Say when."),
    ],
)
def test_a_page_that_is_no_article_ends_with_what_is_missing(editor: User, body: str, step: str, sentence: str) -> None:
    row = ask(editor, "http://127.0.0.1:9/ferry")
    (one,) = take(1)
    carry_on(one, answered(body))
    failed = fresh(row)
    assert (failed.state, failed.failures[-1]["step"]) == ("failed", step)
    assert sentence in failed.why
    assert not Article.objects.exists()


def test_what_was_given_wins_over_the_page(editor: User, desk: Desk) -> None:
    given = {"outlet": "River Post", "headline": "Given", "language": "uk", "published_raw": "on Friday"}
    noon = datetime(2026, 11, 21, 12, tzinfo=UTC)
    row = ask(editor, "http://127.0.0.1:9/ferry", published_at=noon, embargo_until=noon, desk=desk, **given)
    (one,) = take(1)
    carry_on(one, answered())
    revision = fresh(row).revision
    assert revision is not None
    kept = revision.article
    assert (kept.outlet.name, kept.headline, kept.language, kept.published_raw) == tuple(given.values())
    assert (kept.published_at, kept.embargo_until, kept.published_known) == (noon, noon, DateKnown.GIVEN)


def test_a_reader_that_died_leaves_the_import_to_the_next_and_it_is_done_once(editor: User) -> None:
    row = ask(editor, "http://127.0.0.1:9/ferry")
    (dead,) = take(1)
    assert take(1) == []
    assert dead.lease - make.now() > LEASE - timedelta(seconds=10)
    now_due(row)
    (alive,) = take(1)
    carry_on(dead, answered())
    assert (fresh(row).state, Article.objects.count()) == ("running", 0)
    carry_on(alive, answered())
    carry_on(dead, answered(FERRY.replace("December", "January")))
    assert (fresh(row).state, ArticleRevision.objects.count()) == ("done", 1)
    assert [failure["code"] for failure in fresh(row).failures] == ["interrupted"]


def test_a_page_that_kills_every_reader_ends_the_import(editor: User) -> None:
    row = ask(editor, "http://127.0.0.1:9/ferry")
    for _ in range(MOST):
        assert len(take(1)) == 1
        now_due(row)
    assert take(1) == []
    failed = fresh(row)
    assert (failed.state, failed.why) == ("failed", "Reading was interrupted. Paste the text instead.")


def test_people_wait_shorter_than_keys(editor: User) -> None:
    key = make.viewer(make.a_key(Scope.CLAIMS_WRITE)[0])
    ask(key, "http://127.0.0.1:9/1")
    ask(editor, "http://127.0.0.1:9/2")
    assert [one.url for one in take(2)] == ["http://127.0.0.1:9/2", "http://127.0.0.1:9/1"]


def test_an_article_of_a_desk_one_does_not_see_is_not_handed_out(editor: User) -> None:
    other = make.an_editor(make.a_desk())
    make.an_article(url="http://127.0.0.1:9/ferry", desk=other.memberships.get().desk)
    row = ask(editor, "http://127.0.0.1:9/ferry")
    (one,) = take(1)
    carry_on(one, answered())
    failed = fresh(row)
    assert (failed.state, failed.failures[-1]["code"], failed.revision) == ("failed", "already_elsewhere", None)
    assert ArticleRevision.objects.count() == 1


def test_whoever_may_add_no_articles_any_more_gets_none(editor: User) -> None:
    key, _ = make.a_key(Scope.CLAIMS_WRITE)
    rows = [ask(editor, "http://127.0.0.1:9/1"), ask(make.viewer(key), "http://127.0.0.1:9/2")]
    editor.memberships.all().delete()
    revoke_key(key)
    for one in take(2):
        carry_on(one, answered())
    assert [fresh(row).failures[-1]["code"] for row in rows] == ["role_missing", "maker_gone"]
    assert not Article.objects.exists()


@pytest.mark.parametrize(
    ("told", "error", "pointer"),
    [
        ({"url": "ftp://harbour-post.net/"}, Invalid, "/url"),
        ({"url": "https://harbour.example/ferry"}, Invalid, "/url"),
        ({"language": "plain English"}, Invalid, "/language"),
        ({"published_zone": "Europe/Atlantis"}, Invalid, "/published_zone"),
    ],
)
def test_what_would_never_succeed_is_refused_at_once(
    editor: User, told: dict[str, Any], error: type[ClaimDeskError], pointer: str
) -> None:
    with pytest.raises(error) as refused:
        ask_import(make.viewer(editor), ToldArticle(**{"url": "https://harbour-post.net/", **told}))
    assert (refused.value.pointer, Operation.objects.count()) == (pointer, 0)


def test_only_whoever_adds_articles_asks_and_only_while_pages_are_read(editor: User, settings: Any) -> None:
    with pytest.raises(RoleMissing):
        ask(make.a_person("outsider"), "https://harbour-post.net/")
    row = ask(editor, "https://harbour-post.net/")
    settings.FETCH_PAGES = False
    with pytest.raises(ReadingIsOff):
        ask(editor, "https://harbour-post.net/")
    with pytest.raises(ReadingIsOff):
        try_again(make.viewer(editor), row.pk)
    assert import_articles() == 0


def test_imports_are_seen_by_whoever_asked_by_editors_of_their_desk_and_by_administrators(
    desk: Desk, editor: User
) -> None:
    reviewer, colleague, stranger = (make.a_reviewer(one).user for one in (desk, desk, make.a_desk()))
    key, other = (make.viewer(make.a_key(Scope.CLAIMS_WRITE)[0]) for _ in range(2))
    row = ask(reviewer, "https://harbour-post.net/", desk=desk)
    asked = ask(key, "https://harbour-post.net/", desk=desk)
    seen = {
        "maker": make.viewer(reviewer),
        "editor": make.viewer(editor),
        "administrator": make.viewer(make.an_administrator()),
        "colleague": make.viewer(colleague),
        "editor elsewhere": make.viewer(make.an_editor(make.a_desk())),
        "stranger": make.viewer(stranger),
        "key": key,
        "other key": other,
    }
    numbers = {name: set(visible_operations(one).values_list("pk", flat=True)) for name, one in seen.items()}
    both = {row.pk, asked.pk}
    assert {name: found for name, found in numbers.items() if found} == {
        "maker": {row.pk},
        "editor": both,
        "administrator": both,
        "key": {asked.pk},
    }


@pytest.mark.django_db(transaction=True)
def test_two_imports_of_one_link_at_once_make_one_article(editor: User) -> None:
    rows = [ask(editor, "http://127.0.0.1:9/ferry") for _ in range(2)]
    at_once(*[partial(carry_on, one, answered()) for one in take(2)])
    done = [fresh(row) for row in rows]
    assert [row.state for row in done] == ["done", "done"]
    assert sorted(row.is_new for row in done) == [False, True]
    assert (Article.objects.count(), ArticleRevision.objects.count()) == (1, 1)


def test_an_address_inside_the_network_is_refused_for_good(ferry: Site, editor: User, settings: Any) -> None:
    settings.FETCH_DOOR = ""
    row = ask(editor, "http://169.254.169.254/latest/meta-data/")
    import_articles()
    failed = fresh(row)
    assert (failed.state, failed.failures[-1]["code"], ferry.asked) == ("failed", "address_not_public", [])
    assert failed.why.endswith("nothing is read from there. Paste the text instead.")


def test_readiness_says_when_nobody_imports(editor: User) -> None:
    row = ask(editor, "http://127.0.0.1:9/ferry")
    assert Client().get("/readyz").json()["imports"] == "current"
    row.next_attempt_at = make.ahead(minutes=-6)
    row.save(update_fields=["next_attempt_at"])
    assert Client().get("/readyz").json()["imports"] == "delayed"
