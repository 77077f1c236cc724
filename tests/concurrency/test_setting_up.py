"""People who set up the same things at the same instant."""

from __future__ import annotations

from functools import partial

import pytest

from claims.models import Desk, DeskRole, Source, SourceKind, User
from claims.services.accounts import keep_account
from claims.services.desks import DeskKnown, add_desk
from claims.services.sources import GivenSource, add_source, change_source
from reviews.errors import ReviewerKnown
from reviews.models import Reviewer
from reviews.services.people import add_reviewer
from tests import factories as make
from tests.concurrency.crowd import at_once, broken_promises, refusals

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 5


def test_two_who_put_sources_below_each_other_make_no_ring() -> None:
    viewer = make.viewer(make.an_administrator())
    for number in range(ROUNDS):
        one, other = (
            Source.objects.create(name=f"{name} {number}", kind=SourceKind.ORGANISATION) for name in ("City", "Port")
        )
        answers = at_once(
            partial(change_source, one.pk, {"parent": other.pk}, viewer),
            partial(change_source, other.pk, {"parent": one.pk}, viewer),
        )
        assert refusals(answers) == ["A source cannot belong to itself, nor to what belongs to it."]
    assert broken_promises() == {}


def test_the_same_outlet_and_the_same_desk_are_made_once() -> None:
    viewer = make.viewer(make.an_administrator())
    outlet = GivenSource("Harbour Post", SourceKind.OUTLET)
    assert (
        refusals(at_once(*[partial(add_source, outlet, viewer)] * 3))
        == ["There is a source of this name and kind already."] * 2
    )
    names = ("Harbour desk", "Harbour Desk", "Harbour  desk")
    acts = [partial(add_desk, Desk(key=f"harbour-{n}", name=name), viewer) for n, name in enumerate(names)]
    assert refusals(at_once(*acts)) == [DeskKnown().message] * 2
    assert (Source.objects.count(), Desk.objects.count()) == (1, 1)


def test_the_same_person_is_made_once_as_a_source_an_account_and_a_reviewer() -> None:
    viewer, desk = make.viewer(make.an_administrator()), make.a_desk()
    acts = [partial(add_source, GivenSource(name, SourceKind.PERSON), viewer) for name in ("Mira Vale", "mira  vale")]
    assert refusals(at_once(*acts)) == ["There is a source of this name and kind already."]
    accounts = [partial(keep_account, User(username=name)) for name in ("mira", "Mira", "mira")]
    assert (
        refusals(at_once(*accounts))
        == ["Somebody signs in under this name already; capital letters make no other."] * 2
    )
    mira = make.joined(User.objects.get(username__iexact="mira"), desk, DeskRole.REVIEWER)
    profiles = [partial(add_reviewer, mira, viewer, {"languages": ["en"]})] * 3
    assert refusals(at_once(*profiles)) == [ReviewerKnown().message] * 2
    assert (Source.objects.count(), Reviewer.objects.count()) == (1, 1)
