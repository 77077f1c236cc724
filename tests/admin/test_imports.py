"""An article is imported from its link by hand, followed to its end, tried again, and its maker hears when it fails."""

from __future__ import annotations

from typing import Any

import pytest
from django.core import mail
from django.test import Client

from claims.models import Article, DateKnown, Desk, Operation, Scope, User
from claims.services.completing import ToldArticle
from claims.services.importing import import_articles
from claims.services.operations import ask_import, try_again
from reviews.models import Message, Notice, Reviewer
from reviews.noticing import ByMail, NoticeReason, Way
from reviews.services.importnotices import tell_failed_imports
from reviews.services.mailing import send_letters
from reviews.services.notice_list import choose_ways
from reviews.tasks import notices
from tests import factories as make
from tests.admin.conftest import SignIn
from tests.api.conftest import signed_in
from tests.intake.pages import Site

ASK = "/admin/claims/operation/add/"
LIST = "/admin/claims/operation/"


@pytest.fixture
def failed(ferry: Site, editor: User) -> Operation:
    """An import of the editor's that failed."""
    ferry.closed(403)
    row = ask_import(make.viewer(editor), ToldArticle(url=ferry.link("ferry")))
    import_articles()
    return Operation.objects.get(pk=row.pk)


@pytest.fixture
def _letters(editor: User, settings: Any) -> None:
    """Letters are sent, and the editor has an address."""
    settings.MAIL_ENABLED = True
    editor.email = "ida@harbour.example"
    editor.save(update_fields=["email"])


def page_of(client: Client, row: Operation) -> Any:
    return client.get(f"/admin/claims/operation/{row.pk}/change/")


def test_a_link_is_asked_for_and_followed_without_script(signed: SignIn, editor: User, desk: Desk, ferry: Site) -> None:
    client = signed(editor)
    form = client.get(ASK).content.decode()
    assert 'href="/admin/claims/article/add/"' in form
    asked = client.post(ASK, {"link": ferry.link("ferry"), "desk": desk.pk, "authors": "Ann, Bo"}, follow=True)
    row = Operation.objects.get()
    assert (asked.headers["Refresh"], "Waiting" in asked.content.decode()) == ("3", True)
    import_articles()
    done = page_of(client, row)
    article = Article.objects.get()
    assert "Refresh" not in done.headers
    assert f'href="/admin/claims/article/{article.pk}/change/"' in done.content.decode()
    assert (article.authors, article.desk, article.published_known) == (["Ann", "Bo"], desk, DateKnown.PAGE)
    listed = client.get(LIST).content.decode()
    assert "Done" in listed
    assert ferry.link("ferry") in listed


def test_what_is_filled_in_wins_over_the_page(signed: SignIn, editor: User, ferry: Site) -> None:
    given = {"outlet": "River Post", "headline": "Given", "language": "uk", "published_at": "2026-11-21T10:00"}
    client = signed(editor)
    refused = client.post(ASK, {"link": ferry.link(), **given})
    assert "Name the time zone, for example Europe/Kyiv." in refused.content.decode()
    client.post(ASK, {"link": ferry.link(), "zone": "Europe/Kyiv", **given})
    import_articles()
    article = Article.objects.get()
    assert (article.outlet.name, article.headline, article.language) == ("River Post", "Given", "uk")
    assert article.published_at.isoformat() == "2026-11-21T08:00:00+00:00"
    assert article.published_known == DateKnown.ENTERED


@pytest.mark.parametrize(
    ("link", "sentence"),
    [
        ("", "Paste the link of the article."),
        ("ftp://harbour-post.net/", "Only addresses that begin with http:// or https:// can be used."),
        ("https://harbour.example/", "This address is set aside for examples: there is no page to read."),
    ],
)
def test_a_link_that_cannot_be_read_is_refused_at_its_field(
    signed: SignIn, editor: User, link: str, sentence: str
) -> None:
    answer = signed(editor).post(ASK, {"link": link, "headline": "Kept"})
    assert sentence in answer.content.decode()
    assert 'value="Kept"' in answer.content.decode()
    assert not Operation.objects.exists()


def test_a_failure_says_why_and_is_tried_again_or_pasted(
    signed: SignIn, editor: User, ferry: Site, failed: Operation
) -> None:
    client = signed(editor)
    shown = page_of(client, failed).content.decode()
    assert "The page did not open (403). Paste the text instead." in shown
    assert shown.count("not reached") == 2
    paste = f"/admin/claims/article/add/?link={ferry.link('ferry').replace(':', '%3A').replace('/', '%2F')}"
    assert f'href="{paste}"' in shown
    assert f'value="{ferry.link("ferry")}"' in client.get(paste).content.decode()
    ferry.closed(200)
    assert client.post(f"/admin/claims/operation/{failed.pk}/change/", follow=True).headers["Refresh"] == "3"
    import_articles()
    assert "Done" in page_of(client, failed).content.decode()
    refused = client.post(f"/admin/claims/operation/{failed.pk}/change/", follow=True).content.decode()
    assert "Only an import that failed is tried again." in refused


def test_others_do_not_see_it_and_reviewers_without_triage_do_not_ask(
    signed: SignIn, reviewer: Reviewer, failed: Operation
) -> None:
    client = signed(reviewer.user)
    assert page_of(client, failed).status_code == 404
    assert client.get(ASK).status_code == 403
    assert failed.url not in client.get(LIST).content.decode()


@pytest.mark.usefixtures("_letters")
def test_whoever_asked_is_told_once_that_it_failed(signed: SignIn, editor: User, failed: Operation) -> None:
    notices()
    assert tell_failed_imports() == 0
    notice = Notice.objects.get()
    assert (notice.user, notice.operation, notice.claim, notice.reason) == (
        *(editor, failed, None),
        NoticeReason.IMPORT_FAILED,
    )
    client = signed(editor)
    listed = client.get("/admin/reviews/notice/").content.decode()
    assert "An import you asked for failed" in listed
    assert f'href="/admin/claims/operation/{failed.pk}/change/"' in listed
    assert "Notices: 1 not read yet" in listed
    row = signed_in(editor).get("/notices").body["results"][0]
    assert (row["claim"], row["operation"], row["statement"], row["still_so"]) == (
        *(None, failed.pk),
        *(failed.url, True),
    )
    assert send_letters().sent == 1
    letter = mail.outbox[0]
    assert letter.subject.startswith(f"An import you asked for failed: {failed.url}"[:77])
    assert failed.why in letter.body
    assert f"/admin/claims/operation/{failed.pk}/change/" in letter.body
    try_again(make.viewer(editor), failed.pk)
    import_articles()
    assert Operation.objects.get().state == "failed"
    notices()
    assert (Notice.objects.count(), Message.objects.count()) == (1, 1)


@pytest.mark.usefixtures("_letters")
def test_an_import_that_succeeded_meanwhile_is_not_written_about(editor: User, ferry: Site, failed: Operation) -> None:
    tell_failed_imports()
    ferry.closed(200)
    try_again(make.viewer(editor), failed.pk)
    import_articles()
    posted = send_letters()
    assert (posted.sent, posted.dropped) == (0, 1)
    assert not signed_in(editor).get("/notices").body["results"][0]["still_so"]


def test_whoever_wants_no_notices_of_imports_gets_none_and_keys_have_none(editor: User, ferry: Site) -> None:
    off = Way(in_app=False, by_mail=ByMail.OFF)
    choose_ways(editor, ways={NoticeReason.IMPORT_FAILED: off}, times={})
    ferry.closed(404)
    for asker in (make.viewer(editor), make.viewer(make.a_key(Scope.CLAIMS_WRITE)[0])):
        ask_import(asker, ToldArticle(url=ferry.link()))
    import_articles()
    assert tell_failed_imports() == 0
    assert not Notice.objects.exists()
    assert not Operation.objects.untold().exists()
