"""Who sees what: desks and embargo confine rows, protection confines evidence, roles hold on one desk."""

from __future__ import annotations

from datetime import timedelta

import pytest

from claims.errors import ScopeMissing
from claims.lifecycle import Role
from claims.models import Claim, Desk, DeskRole, Scope, Visibility
from claims.permissions import (
    Viewer,
    check_scope,
    desk_roles,
    desks_of,
    record_roles,
    visible_articles,
    visible_claims,
    visible_evidence,
)
from claims.services.proposing import GivenClaim, propose
from tests.factories import (
    a_claim,
    a_desk,
    a_key,
    a_person,
    a_quote,
    a_reviewer,
    ahead,
    an_administrator,
    an_article,
    an_editor,
    evidence_for,
    joined,
    maker,
    now,
    viewer,
)

pytestmark = pytest.mark.django_db


def sees(who: Viewer) -> set[Claim]:
    return set(visible_claims(who, now()))


def test_people_with_a_role_see_the_claims_of_their_desks_and_those_without_one(desk: Desk) -> None:
    mine, other = a_claim(desk), a_claim(a_desk())
    nobodys = propose(GivenClaim("Prices will fall.", "en"), maker(an_editor(desk), None))
    assert sees(viewer(an_editor(desk))) == sees(viewer(a_reviewer(desk))) == {mine, nobodys}
    assert sees(viewer(a_person())) == set()
    assert sees(viewer(an_administrator())) == {mine, other, nobodys}


def test_a_key_sees_its_desks_or_all_when_it_names_none(desk: Desk) -> None:
    mine, other = a_claim(desk), a_claim(a_desk())
    assert sees(viewer(a_key(Scope.CLAIMS_READ, desks=(desk,))[0])) == {mine}
    assert sees(viewer(a_key(Scope.CLAIMS_READ)[0])) == {mine, other}


def test_desks_are_listed_as_claims_are(desk: Desk) -> None:
    other = a_desk()
    assert set(desks_of(viewer(an_editor(desk)))) == {desk}
    assert set(desks_of(viewer(an_administrator()))) == {desk, other}
    assert set(desks_of(viewer(a_person()))) == set()


def test_an_embargo_hides_an_article_and_its_claims_from_keys_until_it_ends(desk: Desk) -> None:
    until = ahead(hours=2)
    taken = an_article(desk=desk, embargo_until=until)
    claim = a_claim(desk, quote=a_quote(taken.revision))
    roaming, confined = viewer(a_key()[0]), viewer(a_key(desks=(desk,))[0])
    for key, at, visible in (
        (roaming, now(), False),
        (confined, now(), True),
        (roaming, until - timedelta(microseconds=1), False),
        (roaming, until, True),
    ):
        assert visible_claims(key, at).filter(pk=claim.pk).exists() == visible
        assert visible_articles(key, at).filter(pk=taken.article.pk).exists() == visible


def test_an_embargo_on_an_article_without_a_desk_holds_for_every_key(desk: Desk) -> None:
    taken = an_article(embargo_until=ahead(hours=2))
    assert not visible_articles(viewer(a_key(desks=(desk,))[0]), now()).exists()
    assert list(visible_articles(viewer(an_editor(desk)), now())) == [taken.article]


def test_articles_of_other_desks_do_not_exist(desk: Desk) -> None:
    mine, open_to_all = an_article(desk=desk).article, an_article().article
    an_article(desk=a_desk())
    assert set(visible_articles(viewer(an_editor(desk)), now())) == {mine, open_to_all}


def test_protected_evidence_is_for_whoever_is_on_it_and_the_desks_editors(desk: Desk) -> None:
    claim = a_claim(desk)
    shown, hidden = evidence_for(claim), evidence_for(claim, visibility=Visibility.PROTECTED)
    reviewer, everything = viewer(a_reviewer(desk)), {shown, hidden}
    assert set(visible_evidence(reviewer, claim, on_it=False)) == {shown}
    assert set(visible_evidence(reviewer, claim, on_it=True)) == everything
    assert set(visible_evidence(viewer(an_editor(desk)), claim, on_it=False)) == everything
    for stranger in (an_administrator(), a_key(*Scope)[0], an_editor(a_desk())):
        assert set(visible_evidence(viewer(stranger), claim, on_it=False)) == {shown}


def test_roles_are_those_of_the_claims_desk(desk: Desk) -> None:
    person = joined(joined(a_person(), desk, DeskRole.EDITOR), a_desk(), DeskRole.REVIEWER, can_triage=True)
    other = next(one for one in desks_of(viewer(person)) if one != desk)
    assert desk_roles(viewer(person), desk.pk) == {Role.EDITOR}
    assert desk_roles(viewer(person), other.pk) == {Role.REVIEWER, Role.TRIAGER}
    assert desk_roles(viewer(person), None) == {Role.EDITOR, Role.REVIEWER, Role.TRIAGER}
    assert desk_roles(viewer(person), a_desk().pk) == frozenset()


def test_an_editor_may_triage_only_by_being_an_editor(desk: Desk) -> None:
    person = joined(a_person(), desk, DeskRole.EDITOR, can_triage=True)
    assert desk_roles(viewer(person), desk.pk) == {Role.EDITOR}


def test_a_key_has_the_roles_of_its_scopes_on_its_desks_alone(desk: Desk) -> None:
    scopes = viewer(a_key(Scope.CLAIMS_WRITE, Scope.CLAIMS_TRIAGE, desks=(desk,))[0])
    assert desk_roles(scopes, desk.pk) == {Role.KEY_WRITE, Role.KEY_TRIAGE}
    assert desk_roles(scopes, a_desk().pk) == frozenset()


def test_a_key_is_the_maker_of_what_it_brought_while_it_may_write(desk: Desk) -> None:
    key, _ = a_key(Scope.CLAIMS_WRITE)
    claim = propose(GivenClaim("Prices will fall.", "en", desk=desk), maker(key, desk))
    assert Role.KEY_MAKER in record_roles(viewer(key), claim)
    assert Role.KEY_MAKER not in record_roles(viewer(a_key(Scope.CLAIMS_WRITE)[0]), claim)
    key.scopes = [str(Scope.CLAIMS_READ)]
    assert record_roles(viewer(key), claim) == frozenset()


def test_a_scope_binds_keys_and_not_people(desk: Desk) -> None:
    check_scope(viewer(an_editor(desk)), Scope.EVENTS_READ)
    check_scope(viewer(a_key(Scope.EVENTS_READ)[0]), Scope.EVENTS_READ)
    with pytest.raises(ScopeMissing, match="This key needs the scope events:read") as refused:
        check_scope(viewer(a_key(Scope.CLAIMS_READ)[0]), Scope.EVENTS_READ)
    assert refused.value.status == 403


def test_a_key_is_live_until_it_expires_or_is_revoked() -> None:
    key, words = a_key()
    moment = now()
    assert words.startswith(f"vk_{key.pk}_")
    assert key.is_live(moment)
    key.expires_at = moment
    assert (key.is_live(moment - timedelta(microseconds=1)), key.is_live(moment)) == (True, False)
    key.expires_at, key.revoked_at = None, moment
    assert not key.is_live(moment)
