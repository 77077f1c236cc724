"""Publishing by API: the same steps, sentences and versions as on the page, with repeatable calls."""

from __future__ import annotations

from typing import Any

import pytest

from claims.lifecycle import Action, State
from claims.models import Claim, Desk, User
from reviews.services.acting import act
from tests.api.conftest import Api, signed_in, with_key
from tests.factories import a_claim, a_reviewer, put_on, review_by, viewer

pytestmark = pytest.mark.django_db
WORDS = "Nothing that anybody could find settles it either way."


@pytest.fixture
def api(editor: User) -> Api:
    return signed_in(editor)


@pytest.fixture
def claim(desk: Desk, editor: User) -> Claim:
    return a_claim(desk, State.DECIDED, by=editor)


def publication(api: Api, claim: Claim) -> Any:
    return api.get(f"/claims/{claim.pk}").body["publication"]


def listed(api: Api, query: str) -> list[int]:
    return [row["id"] for row in api.get(f"/claims?{query}").body["results"]]


def test_a_verdict_is_published_corrected_and_withdrawn(api: Api, claim: Claim) -> None:
    assert publication(api, claim) is None
    published = api.act(claim.pk, action="publish")
    assert published.status == 200
    assert published.body["publication"]["public"] is True
    assert published.etag == f'"{claim.version + 1}"'
    corrected = api.act(claim.pk, action="correct", correction_class="minor", note="Plainer.", why=WORDS)
    told = corrected.body["publication"]
    assert (told["number"], told["why"], told["correction_class"]) == (2, WORDS, "minor")
    assert (told["correction_class_label"], told["correction_note"]) == ("Minor", "Plainer.")
    withdrawn = api.act(claim.pk, action="withdraw", note="Another minister was meant.")
    told = withdrawn.body["publication"]
    assert (told["public"], told["withdrawn_note"]) == (False, "Another minister was meant.")
    assert withdrawn.body["state"] == "decided"


def test_the_decisions_say_how_each_was_published(api: Api, claim: Claim) -> None:
    api.act(claim.pk, action="publish")
    api.act(claim.pk, action="correct", correction_class="update", note="Plainer.", why=WORDS)
    first, second = api.get(f"/claims/{claim.pk}/decisions").body["results"]
    assert (first["standing"], first["public"], second["standing"], second["public"]) == (False, False, True, True)
    assert first["replaced_at"] == second["published_at"] == second["recorded_at"]
    assert first["decided_at"] == second["decided_at"]


def test_a_publication_that_replaces_another_points_at_what_is_missing(api: Api, claim: Claim, editor: User) -> None:
    api.act(claim.pk, action="publish")
    act(claim.pk, Action.REOPEN, viewer(editor), reason="There is something new.")
    assert publication(api, claim)["public"] is True
    assert publication(api, claim)["standing"] is False
    assert claim.desk is not None
    reviewer = a_reviewer(claim.desk)
    put_on(claim, reviewer, editor)
    review_by(claim, reviewer)
    refused = api.act(claim.pk, action="publish")
    assert (refused.status, refused.code, refused.pointers) == (422, "correction_missing", ["/correction_class"])
    assert api.act(claim.pk, action="publish", correction_class="update", note="Looked again.").status == 200


def test_refusals_are_problems_with_the_sentence(api: Api, claim: Claim, desk: Desk) -> None:
    nothing = api.act(claim.pk, action="withdraw", note="It was wrong.")
    assert (nothing.status, nothing.code) == (409, "nothing_published")
    assert nothing.body["detail"] == "Nothing about this claim is public."
    key = with_key(desks=(desk,))
    assert key.act(claim.pk, action="publish").code == "role_missing"
    early = api.act(a_claim(desk).pk, action="publish")
    assert (early.status, early.code) == (409, "action_not_possible")
    stray = api.act(claim.pk, action="publish", why=WORDS)
    assert (stray.status, stray.pointers) == (422, ["/why"])


def test_publishing_needs_the_version_and_is_repeatable(api: Api, claim: Claim) -> None:
    path, body = f"/claims/{claim.pk}/actions", {"action": "publish"}
    assert api.post(path, body).status == 428
    assert api.post(path, body, If_Match='"1"').status == 412
    tag = api.get(f"/claims/{claim.pk}").etag
    first = api.post(path, body, If_Match=tag, Idempotency_Key="once")
    again = api.post(path, body, If_Match=tag, Idempotency_Key="once")
    assert first.status == again.status == 200
    assert first.body == again.body
    assert claim.events.filter(type="claim.publish").count() == 1


def test_lists_narrow_to_what_is_public_and_what_was_corrected(
    api: Api, claim: Claim, desk: Desk, editor: User
) -> None:
    quiet, withdrawn = (a_claim(desk, State.DECIDED, by=editor) for _ in range(2))
    for one in (claim, withdrawn):
        api.act(one.pk, action="publish")
    api.act(withdrawn.pk, action="withdraw", note="It was wrong.")
    api.act(claim.pk, action="correct", correction_class="minor", note="Plainer.", why=WORDS)
    assert listed(api, "published=true") == [claim.pk]
    assert listed(api, "published=false") == [withdrawn.pk, quiet.pk]
    assert listed(api, "corrected=true") == [claim.pk]
    assert listed(api, "corrected=false&published=false") == [withdrawn.pk, quiet.pk]
    assert api.get("/claims?published=yes").status == 400


def test_the_feed_tells_integrations_what_changed(api: Api, claim: Claim) -> None:
    api.act(claim.pk, action="publish")
    api.act(claim.pk, action="correct", correction_class="minor", note="Plainer.", why=WORDS)
    events = {one["type"]: one for one in api.get(f"/claims/{claim.pk}/events").body["results"]}
    told = events["org.claimdesk.claim.correct.v1"]["data"]
    assert (told["number"], told["replaces"], told["correction_class"]) == (2, 1, "minor")
    assert (told["correction_note"], told["why"], told["evidence"]) == ("Plainer.", WORDS, [])
    assert "org.claimdesk.decision.reword.v1" in events
