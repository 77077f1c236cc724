"""Who may call: keys with their scopes and desks, people with their session."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import ProgrammingError, transaction
from django.test import Client
from django.urls import reverse

from claims.errors import Invalid
from claims.lifecycle import State
from claims.models import ApiKey, Desk, KeyStep, Scope
from claims.services.keys import COMMAND, OVERLAP, KeyOver, make_key, revoke_key, rotate_key, write_down
from tests.admin.conftest import SignIn, signed
from tests.api.conftest import Api, signed_in, with_key
from tests.concurrency.crowd import broken_promises
from tests.factories import a_claim, a_desk, a_reviewer, ahead, an_administrator, an_editor, fresh

__all__ = ["signed"]


def bearer(shown: str) -> Api:
    return Api({"Authorization": f"Bearer {shown}"})


def test_a_key_is_shown_once_and_stored_as_its_hash(desk: Desk) -> None:
    key, shown = make_key(name="feed reader", scopes=[Scope.CLAIMS_READ], desks=[desk])
    assert shown.startswith(f"vk_{key.pk}_")
    assert shown.split("_", 2)[2] not in str(ApiKey.objects.filter(pk=key.pk).values())
    assert bearer(shown).get("/me").body["scopes"] == ["claims:read"]


@pytest.mark.parametrize("scopes", [["claims:everything"], ["claims:read", ""]])
def test_a_key_takes_only_scopes_that_exist(db: None, scopes: list[str]) -> None:
    with pytest.raises(Invalid):
        make_key(name="feed reader", scopes=scopes)
    assert not ApiKey.objects.exists()


def test_nobody_is_let_in_without_a_key(desk: Desk) -> None:
    answer = Api().get("/claims")
    assert (answer.status, answer.code) == (401, "not_signed_in")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("header", ["Bearer vk_1_short", "Bearer", "Basic dTpw", "Bearer vk_1_" + "x" * 43, "vk_1_a b"])
def test_a_key_that_is_none_is_refused(desk: Desk, header: str) -> None:
    answer = Api({"Authorization": header}).get("/claims")
    assert (answer.status, answer.code) == (401, "key_refused")


def test_what_is_done_with_a_key_is_written_down_with_who_did_it(desk: Desk, signed: SignIn) -> None:
    administrator = an_administrator()
    key, shown = make_key(name="CMS", scopes=[Scope.CLAIMS_READ], desks=[desk], by=administrator)
    bearer(shown).post("/me:rotate", {"overlap_hours": 1})
    browser, address = signed(administrator), reverse("admin:claims_apikey_change", args=[key.pk])
    inline = {f"events-{what}_FORMS": 0 for what in ("TOTAL", "INITIAL")}
    wider = {"name": "CMS", "scopes": ["claims:read", "claims:write"], "desks": [desk.pk], **inline}
    for _ in range(2):  # the second time nothing changes
        assert browser.post(address, wider).status_code == 302
    revoke_key(ApiKey.objects.get(pk=key.pk), by=administrator.as_actor())
    own, theirs = ("key", "CMS"), ("person", administrator.full_name)
    assert list(key.events.values_list("step", "actor_kind", "actor_name")) == [
        ("made", *theirs),
        ("rotated", *own),
        ("changed", *theirs),
        ("revoked", *theirs),
    ]
    last = key.events.last()
    assert last is not None
    assert (last.says["scopes"], last.says["desks"]) == (["claims:read", "claims:write"], [desk.pk])
    assert shown.split("_", 2)[2] not in str(last.says)
    assert administrator.full_name in browser.get(address).content.decode()
    assert broken_promises() == {}


def test_a_key_made_in_the_admin_is_written_down_with_its_desks(desk: Desk, signed: SignIn) -> None:
    told = {"name": "CMS", "scopes": ["claims:read"], "desks": [desk.pk]}
    browser = signed(an_administrator())
    assert browser.post(reverse("admin:claims_apikey_add"), told).status_code == 302
    assert [event.says["desks"] for event in ApiKey.objects.get().events.all()] == [[], [desk.pk]]
    assert broken_promises() == {}


def test_what_is_written_down_is_what_holds_though_somebody_else_changed_the_key_meanwhile(desk: Desk) -> None:
    key, _ = make_key(name="CMS", scopes=[Scope.CLAIMS_READ], desks=[desk])
    opened = ApiKey.objects.get(pk=key.pk)
    rotate_key(key.pk, overlap=OVERLAP)
    opened.name = "Another name"
    opened.save(update_fields=["name"])
    write_down(opened, KeyStep.CHANGED, by=COMMAND)
    assert broken_promises() == {}
    before = ApiKey.objects.get(pk=key.pk)
    rotate_key(key.pk, overlap=OVERLAP)
    revoke_key(before)
    assert broken_promises() == {}
    revoke_key(opened)
    assert list(key.events.values_list("step", flat=True)) == ["made", "rotated", "changed", "rotated", "revoked"]
    assert opened.revoked_at == before.revoked_at


def test_nothing_of_it_is_rewritten(db: None) -> None:
    key, _ = make_key(name="CMS", scopes=[])
    for change in (lambda: key.events.update(actor_name="Somebody"), key.events.all().delete):
        with pytest.raises(ProgrammingError, match="Cannot"), transaction.atomic():
            change()


def test_a_revoked_or_expired_key_opens_nothing(desk: Desk) -> None:
    key, shown = make_key(name="feed reader", scopes=[Scope.CLAIMS_READ])
    _, old = make_key(name="old", scopes=[Scope.CLAIMS_READ], expires_at=ahead(seconds=-1))
    assert bearer(old).get("/claims").code == "key_refused"
    assert bearer(shown).get("/claims").status == 200
    revoke_key(key)
    assert bearer(shown).get("/claims").code == "key_refused"


def test_a_key_changes_its_secret_and_both_open_until_the_overlap_ends(desk: Desk) -> None:
    key, former = make_key(name="feed reader", scopes=[Scope.CLAIMS_READ])
    answer = bearer(former).post("/me:rotate", {"overlap_hours": 2}, Idempotency_Key="a")
    assert answer.status == 200
    newest = answer.body["key"]
    assert newest.startswith(f"vk_{key.pk}_")
    assert [bearer(shown).get("/claims").status for shown in (former, newest)] == [200, 200]
    ApiKey.objects.filter(pk=key.pk).update(former_until=ahead(seconds=-1))
    assert bearer(former).get("/claims").code == "key_refused"
    assert bearer(newest).get("/me").body["id"] == key.pk


def test_a_repeated_call_changes_the_secret_once_and_shows_it_once(desk: Desk) -> None:
    _, former = make_key(name="feed reader", scopes=[Scope.CLAIMS_READ])
    first, again = (bearer(former).post("/me:rotate", {}, Idempotency_Key="a") for _ in range(2))
    assert (again.body["key"], again.headers["Idempotent-Replayed"]) == (None, "true")
    assert bearer(first.body["key"]).get("/claims").status == 200


def test_without_an_overlap_the_former_secret_ends_at_once(desk: Desk) -> None:
    _, former = make_key(name="feed reader", scopes=[Scope.CLAIMS_READ])
    newest = bearer(former).post("/me:rotate", {"overlap_hours": 0}).body["key"]
    assert bearer(former).get("/claims").code == "key_refused"
    assert bearer(newest).get("/claims").status == 200


def test_whoever_has_only_the_former_secret_does_not_take_the_key_over(desk: Desk) -> None:
    _, former = make_key(name="feed reader", scopes=[Scope.CLAIMS_READ])
    newest = bearer(former).post("/me:rotate", {}).body["key"]
    assert bearer(former).post("/me:rotate", {}).code == "former_secret"
    assert bearer(newest).get("/claims").status == 200
    assert signed_in(an_editor(desk)).post("/me:rotate", {}).code == "role_missing"


def test_a_key_that_is_over_gets_no_new_secret(desk: Desk) -> None:
    key, _ = make_key(name="feed reader", scopes=[Scope.CLAIMS_READ])
    revoke_key(key)
    with pytest.raises(KeyOver):
        rotate_key(key.pk, overlap=timedelta(hours=1))


def test_an_administrator_changes_a_secret_in_the_admin(desk: Desk) -> None:
    key, former = make_key(name="feed reader", scopes=[Scope.CLAIMS_READ])
    browser = Client()
    browser.force_login(an_administrator())
    chosen = {"action": "rotate", "_selected_action": [str(key.pk)]}
    page = browser.post("/admin/claims/apikey/", chosen, follow=True).content.decode()
    found = re.search(rf"vk_{key.pk}_[\w-]+", page)
    assert found
    assert found.group() != former
    assert [bearer(shown).get("/claims").status for shown in (former, found.group())] == [200, 200]
    revoke_key(ApiKey.objects.get(pk=key.pk))
    assert [bearer(shown).get("/claims").status for shown in (former, found.group())] == [401, 401]


def test_using_a_key_is_noted_at_most_once_a_minute(desk: Desk) -> None:
    key, shown = make_key(name="feed reader", scopes=[Scope.CLAIMS_READ])
    bearer(shown).get("/claims")
    first = ApiKey.objects.get(pk=key.pk).last_used_at
    assert first is not None
    bearer(shown).get("/claims")
    assert ApiKey.objects.get(pk=key.pk).last_used_at == first
    ApiKey.objects.filter(pk=key.pk).update(last_used_at=first - timedelta(seconds=61))
    bearer(shown).get("/claims")
    later = ApiKey.objects.get(pk=key.pk).last_used_at
    assert later is not None
    assert later > first


@pytest.mark.parametrize(
    ("scope", "method", "path"),
    [
        (Scope.CLAIMS_WRITE, "GET", "/claims"),
        (Scope.CLAIMS_READ, "POST", "/claims"),
        (Scope.CLAIMS_READ, "POST", "/articles"),
        (Scope.CLAIMS_READ, "GET", "/events"),
        (Scope.CLAIMS_WRITE, "POST", "/claims/{claim}/evidence"),
    ],
)
def test_a_key_needs_the_scope(desk: Desk, scope: Scope, method: str, path: str) -> None:
    claim = a_claim(desk)
    answer = with_key(scope)(method, path.format(claim=claim.pk), {} if method == "POST" else None)
    assert (answer.status, answer.code) == (403, "scope_missing")
    assert "needs the scope" in answer.body["detail"]


def test_a_key_sees_only_its_desks(desk: Desk) -> None:
    mine, other = a_claim(desk), a_claim(a_desk())
    api = with_key(desks=(desk,))
    assert [row["id"] for row in api.get("/claims").body["results"]] == [mine.pk]
    assert api.get(f"/claims/{other.pk}").code == "not_found"
    assert [row["key"] for row in api.get("/desks").body["results"]] == [desk.key]


def test_a_key_never_reviews_and_puts_nobody_on_a_claim(api: Api, desk: Desk) -> None:
    claim = a_claim(desk, State.IN_REVIEW)
    told = {"said": "not_checked", "so": "unproven", "why": "Nothing that could be found settles it."}
    assert api.post(f"/claims/{claim.pk}/reviews", told, If_Match=f'"{claim.version}"').code == "role_missing"
    put = api.post(f"/claims/{claim.pk}/assignments", {"action": "assign", "reviewer": a_reviewer(desk).pk})
    assert put.code == "role_missing"
    assert fresh(claim).state == State.IN_REVIEW


def test_a_key_accepts_only_with_the_scope_to_triage(desk: Desk) -> None:
    claim = a_claim(desk, State.PROPOSED)
    assert with_key(Scope.CLAIMS_READ, Scope.CLAIMS_WRITE).act(claim.pk, action="accept").code == "role_missing"
    assert with_key(Scope.CLAIMS_READ, Scope.CLAIMS_TRIAGE).act(claim.pk, action="accept").body["state"] == "queued"


@pytest.mark.parametrize("scope", [Scope.EVENTS_READ, Scope.WEBHOOKS_MANAGE, Scope.EVIDENCE_WRITE, Scope.SETUP_MANAGE])
def test_a_key_that_has_to_do_with_no_claims_is_told_nothing_of_one_in_refusals(scope: Scope, desk: Desk) -> None:
    claim, stranger = a_claim(desk, State.PROPOSED), with_key(scope)
    for number, version in ((claim.pk, '"99"'), (claim.pk, f'"{claim.version}"'), (claim.pk + 1, '"1"')):
        refused = stranger.post(f"/claims/{number}/actions", {"action": "publish"}, If_Match=version)
        assert (refused.status, refused.code) == (403, "scope_missing")
        assert "current_etag" not in refused.body
    for door in ("/passages/1/compared", "/cancellations/1/noted", "/absences", "/interests"):
        assert stranger.post(door, {}).code == "scope_missing"


def test_a_browser_needs_its_csrf_token_for_every_change(desk: Desk) -> None:
    claim = a_claim(desk, State.PROPOSED)
    person = Api(client=Client(enforce_csrf_checks=True))
    person.client.force_login(an_editor(desk))
    assert person.get(f"/claims/{claim.pk}").status == 200
    answer = person.act(claim.pk, action="accept")
    assert (answer.status, answer.code) == (403, "csrf_missing")
    assert fresh(claim).state == State.PROPOSED


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"HTTP_ORIGIN": "https://testserver"}, "has to send its CSRF token"),
        ({"HTTP_X_CSRFTOKEN": "b" * 32, "HTTP_ORIGIN": "https://testserver"}, "is not that of the cookie"),
        ({"HTTP_X_CSRFTOKEN": "a" * 32}, "send this site as Origin or Referer"),
        ({"HTTP_X_CSRFTOKEN": "a" * 32, "HTTP_ORIGIN": "https://elsewhere.example"}, "Origin of this change is not"),
    ],
)
def test_a_change_of_a_browser_that_is_refused_says_what_it_lacked(
    sent: dict[str, str], words: str, desk: Desk
) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(an_editor(desk))
    client.cookies["csrftoken"] = "a" * 32
    answer = client.post("/api/v1/events/stream:ticket", "", "application/json", secure=True, **sent)  # type: ignore[arg-type]  # headers
    assert (answer.status_code, answer.json()["code"]) == (403, "csrf_missing")
    assert words in answer.json()["detail"]
    right = {"HTTP_X_CSRFTOKEN": "a" * 32, "HTTP_ORIGIN": "https://testserver"}
    assert client.post("/api/v1/events/stream:ticket", "", "application/json", secure=True, **right).status_code == 200  # type: ignore[arg-type]


def test_somebody_whose_account_was_closed_is_out_at_once(desk: Desk) -> None:
    editor = an_editor(desk)
    person = signed_in(editor)
    assert person.get("/me").body["name"] == editor.full_name
    editor.is_active = False
    editor.save(update_fields=["is_active"])
    assert person.get("/me").status == 401
