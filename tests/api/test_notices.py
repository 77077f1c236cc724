"""Notices over the API: of people, with the same choices and sentences as in the admin."""

from __future__ import annotations

import pytest

from claims.models import Article, ClaimEvent, Desk
from reviews.models import Notice, Reviewer
from reviews.services.notices import tell
from tests.api.conftest import Api, signed_in, with_key
from tests.factories import a_claim, a_desk, a_reviewer, ahead, an_editor, put_on


@pytest.fixture
def told(desk: Desk, reviewer: Reviewer) -> Api:
    """The reviewer, put on three claims and told."""
    editor = an_editor(desk)
    for _ in range(3):
        put_on(a_claim(desk, by=editor), reviewer, editor)
    tell(list(ClaimEvent.objects.order_by("id")))
    return signed_in(reviewer.user)


def test_notices_are_listed_newest_first_and_marked_as_read(told: Api) -> None:
    page = told.get("/notices?limit=2")
    rows = page.body["results"]
    assert [row["reason"] for row in rows] == ["assigned"] * 2
    assert rows[0]["id"] > rows[1]["id"]
    assert rows[0]["reason_label"] == "Assigned to you"
    assert page.body["next"]
    assert told.post("/notices:markRead", {"notices": [rows[0]["id"]]}).body == {"read": 1}
    assert len(told.get("/notices?unread=true").body["results"]) == 2
    assert told.post("/notices:markRead", {}).body == {"read": 2}
    assert told.get("/notices?unread=true").body["results"] == []


def test_a_notice_that_an_embargo_hides_is_still_to_be_read_when_it_ends(told: Api) -> None:
    hidden = Notice.objects.earliest("id")
    article = Article.objects.filter(revisions__appearances__claim=hidden.claim)
    article.update(embargo_until=ahead(hours=1), desk=a_desk())
    assert told.post("/notices:markRead", {"notices": [hidden.pk]}).body == {"read": 0}
    assert told.post("/notices:markRead", {}).body == {"read": 2}
    article.update(embargo_until=None)
    assert [row["id"] for row in told.get("/notices?unread=true").body["results"]] == [hidden.pk]


def test_somebody_elses_notices_are_neither_listed_nor_marked(told: Api, desk: Desk) -> None:
    other = signed_in(a_reviewer(desk).user)
    assert other.get("/notices").body["results"] == []
    assert other.post("/notices:markRead", {"notices": [Notice.objects.latest("id").pk]}).body == {"read": 0}
    assert told.get("/notices?unread=true").body["results"]


def test_a_key_has_no_notices_and_is_told_where_to_look(desk: Desk) -> None:
    key = with_key()
    for answer in (
        key.get("/notices"),
        key.post("/notices:markRead", {}),
        key.get("/notices/settings"),
        key.patch("/notices/settings", {}, If_Match="*"),
    ):
        assert (answer.status, answer.code) == (403, "notices_of_people")
        assert answer.body["detail"] == "Notices are told to people. A key reads the change feed instead."


def test_choices_are_read_and_changed_with_a_tag(reviewer: Reviewer) -> None:
    api = signed_in(reviewer.user)
    first = api.get("/notices/settings")
    assert first.body["digest_at"] == "08:00"
    assert {"reason": "late", "reason_label": "Late", "in_app": True, "by_mail": "at_once"} in first.body["ways"]
    change = {"digest_at": None, "ways": [{"reason": "late", "in_app": True, "by_mail": "digest"}]}
    assert api.patch("/notices/settings", change).status == 428
    changed = api.patch("/notices/settings", change, If_Match=first.etag)
    assert changed.body["digest_at"] is None
    assert {"reason": "late", "reason_label": "Late", "in_app": True, "by_mail": "digest"} in changed.body["ways"]
    assert api.patch("/notices/settings", change, If_Match=first.etag).status == 412
    assert changed.etag != first.etag


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"quiet_from": "22:00"}, "/quiet_until"),
        ({"quiet_from": "25:00", "quiet_until": "07:00"}, "/quiet_from"),
        ({"ways": [{"reason": "gossip", "in_app": True, "by_mail": "off"}]}, "/ways/0/reason"),
        ({"ways": [{"reason": "late", "in_app": True}]}, "/ways/0/by_mail"),
        ({"zone": "Europe/Kyiv"}, "/zone"),
    ],
)
def test_choices_that_cannot_be_are_refused_at_their_place(
    reviewer: Reviewer, change: dict[str, object], pointer: str
) -> None:
    api = signed_in(reviewer.user)
    answer = api.patch("/notices/settings", change, If_Match=api.get("/notices/settings").etag)
    assert (answer.status, answer.pointers) == (422, [pointer])
