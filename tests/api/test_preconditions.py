"""ETag, If-Match and If-None-Match: nobody overwrites what they have not read."""

from __future__ import annotations

import pytest

from claims.lifecycle import State
from claims.models import Desk
from tests.api.conftest import Api, signed_in
from tests.factories import a_claim, an_article, an_editor, evidence_for, fall_late, fresh


def test_the_tag_of_a_claim_is_its_version(api: Api, desk: Desk) -> None:
    claim = a_claim(desk)
    answer = api.get(f"/claims/{claim.pk}")
    assert answer.etag == f'"{claim.version}"'
    assert answer.body["version"] == claim.version


@pytest.mark.parametrize("path", ["/actions", "/reviews"])
def test_a_step_without_if_match_is_asked_for_it(desk: Desk, path: str) -> None:
    claim = a_claim(desk)
    answer = signed_in(an_editor(desk)).post(f"/claims/{claim.pk}{path}", {"action": "undo"})
    assert (answer.status, answer.code) == (428, "precondition_required")
    assert f'"{claim.version}"' in answer.body["detail"]


def test_a_change_without_if_match_is_asked_for_it(api: Api, desk: Desk) -> None:
    claim, item = a_claim(desk), evidence_for(a_claim(desk))
    article = an_article(desk=desk).article
    for path in (f"/claims/{claim.pk}", f"/evidence/{item.pk}", f"/articles/{article.pk}"):
        assert api.patch(path, {}).code == "precondition_required"


@pytest.mark.parametrize("header", ['W/"{version}"', '"0"', '"x"', "nonsense", '"{version}x"', ""])
def test_another_tag_is_stale(desk: Desk, header: str) -> None:
    claim = a_claim(desk)
    sent = header.format(version=claim.version)
    answer = signed_in(an_editor(desk)).patch(f"/claims/{claim.pk}", {"statement": "New words."}, If_Match=sent)
    assert (answer.status, answer.code) == (412, "stale_version")
    assert fresh(claim).statement == claim.statement


def test_a_weak_tag_is_refused_for_what_it_is_since_reading_again_would_bring_it_again(desk: Desk) -> None:
    claim, editor = a_claim(desk), signed_in(an_editor(desk))
    answer = editor.patch(f"/claims/{claim.pk}", {"statement": "New words."}, If_Match=f'W/"{claim.version}"')
    assert f'Nobody changed this, but W/"{claim.version}" is a weak tag' in answer.body["detail"]
    old = editor.patch(f"/claims/{claim.pk}", {"statement": "New words."}, If_Match='W/"0"')
    assert old.body["detail"].startswith("Somebody changed this")


@pytest.mark.parametrize("header", ['"{version}"', "{version}", '"1000", "{version}"', "*"])
def test_the_tag_just_read_is_good(desk: Desk, header: str) -> None:
    claim = a_claim(desk)
    sent = header.format(version=claim.version)
    answer = signed_in(an_editor(desk)).patch(f"/claims/{claim.pk}", {"statement": "New words."}, If_Match=sent)
    assert (answer.status, answer.body["statement"]) == (200, "New words.")
    assert answer.etag == f'"{claim.version + 1}"'


def test_two_who_read_the_same_version_do_not_overwrite_each_other(desk: Desk) -> None:
    claim = a_claim(desk)
    first, second = signed_in(an_editor(desk)), signed_in(an_editor(desk))
    tag = first.get(f"/claims/{claim.pk}").etag
    assert first.patch(f"/claims/{claim.pk}", {"statement": "First."}, If_Match=tag).status == 200
    assert second.patch(f"/claims/{claim.pk}", {"statement": "Second."}, If_Match=tag).code == "stale_version"
    assert fresh(claim).statement == "First."


def test_what_has_not_changed_is_not_sent_again(api: Api, desk: Desk) -> None:
    claim, item = a_claim(desk, State.PROPOSED), evidence_for(a_claim(desk))
    taken = an_article(desk=desk)
    paths = (
        f"/claims/{claim.pk}",
        f"/evidence/{item.pk}",
        f"/articles/{taken.article.pk}",
        f"/articles/{taken.article.pk}/revisions/1",
    )
    for path in paths:
        tag = api.get(path).etag
        again = api.get(path, If_None_Match=tag)
        assert (again.status, again.content, again.etag) == (304, b"", tag)
        assert "Content-Length" not in again.headers
        assert api.get(path, If_None_Match=f"W/{tag}").status == 304
        assert api.get(path, If_None_Match='"other"').status == 200


def test_a_flag_is_never_hidden_behind_not_modified(api: Api, desk: Desk) -> None:
    editor = an_editor(desk)
    claim = a_claim(desk, by=editor)
    fall_late(claim, editor)
    version = fresh(claim).version
    answer = api.get(f"/claims/{claim.pk}", If_None_Match=f'"{version}"')
    assert answer.status == 200
    assert [flag["kind"] for flag in answer.body["flags"]] == ["late"]


def test_new_evidence_is_never_hidden_behind_not_modified(api: Api, desk: Desk) -> None:
    claim = a_claim(desk)
    tag = api.get(f"/claims/{claim.pk}").etag
    evidence_for(claim)
    answer = api.get(f"/claims/{claim.pk}", If_None_Match=tag)
    assert (answer.status, answer.etag, answer.body["evidence_count"]) == (200, tag, 1)


def test_an_amended_article_has_another_tag(desk: Desk) -> None:
    article = an_article(desk=desk).article
    editor = signed_in(an_editor(desk))
    tag = editor.get(f"/articles/{article.pk}").etag
    amended = editor.patch(f"/articles/{article.pk}", {"headline": "Minister goes"}, If_Match=tag)
    assert (amended.status, amended.body["headline"]) == (200, "Minister goes")
    assert amended.etag != tag
    assert editor.patch(f"/articles/{article.pk}", {"headline": "No"}, If_Match=tag).code == "stale_version"


def test_what_an_article_is_cannot_be_amended(desk: Desk) -> None:
    article = an_article(desk=desk).article
    editor = signed_in(an_editor(desk))
    for name in ("url", "outlet", "published_at", "text"):
        answer = editor.patch(f"/articles/{article.pk}", {name: "x"}, If_Match="*")
        assert (answer.code, answer.pointers) == ("read_only", [f"/{name}"])
