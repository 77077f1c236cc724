"""Whatever a link leads to, its import ends with a sentence; limits are small here, so that it ends at once."""

from __future__ import annotations

import pytest

from claims.intake.client import Client, Limits
from claims.intake.refusals import NotRead
from claims.models import Article, Operation
from claims.services.completing import ToldArticle
from claims.services.importing import carry_on, fetched, take
from claims.services.operations import ask_import
from tests import factories as make

pytestmark = pytest.mark.django_db
SMALL = Limits(seconds=1.0, wire_bytes=200_000, body_bytes=100_000)


@pytest.mark.parametrize(
    ("path", "codes", "says"),
    [
        ("to/http://169.254.169.254/latest/meta-data/", {"address_not_public"}, "lies inside a private network"),
        ("to/http://[::ffff:169.254.169.254]/", {"address_not_public"}, "lies inside a private network"),
        ("drip", {"too_slow"}, "took too long"),
        ("gzip-bomb", {"too_large", "too_slow"}, "The page"),
        ("type-lie", {"kind_not_kept"}, "leads to something"),
        ("hang-up", {"not_understood"}, "could not be read as a page"),
    ],
)
def test_a_hostile_page_becomes_no_article(hostile: int, path: str, codes: set[str], says: str) -> None:
    editor = make.viewer(make.an_editor(make.a_desk()))
    row = ask_import(editor, ToldArticle(url=f"http://127.0.0.1:{hostile}/{path}"))
    (one,) = take(1)
    answer = fetched(one, Client(limits=SMALL, door=("127.0.0.1", hostile)))
    assert isinstance(answer, NotRead)
    carry_on(one, answer)
    after = Operation.objects.get(pk=row.pk)
    assert after.failures[-1]["code"] in codes
    assert says in after.why
    assert after.why.endswith("Paste the text instead.")
    assert not Article.objects.exists()


def test_a_name_that_changes_its_address_is_asked_where_it_was_checked(hostile: int) -> None:
    looked = []

    def resolve(host: str, port: int) -> list[str]:
        looked.append(host)
        return ["203.0.113.9"] if len(looked) > 1 else ["10.0.0.7"]

    editor = make.viewer(make.an_editor(make.a_desk()))
    ask_import(editor, ToldArticle(url="http://rebinds.harbour-post.net/"))
    (one,) = take(1)
    answer = fetched(one, Client(limits=SMALL, resolve=resolve))
    assert isinstance(answer, NotRead)
    assert (answer.code, looked) == ("address_not_public", ["rebinds.harbour-post.net"])
