"""People who set up the same things at the same instant."""

from __future__ import annotations

from functools import partial

import pytest

from claims.models import Desk, Source, SourceKind
from claims.services.desks import add_desk
from claims.services.sources import GivenSource, add_source, change_source
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
    acts = [partial(add_desk, Desk(key="harbour", name="Harbour desk"), viewer) for _ in range(3)]
    assert refusals(at_once(*acts)) == ["There is a desk of this name or key already."] * 2
    assert (Source.objects.count(), Desk.objects.count()) == (1, 1)
