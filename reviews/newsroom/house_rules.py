"""The routing rules of the demo newsroom, written by its invented editors."""

from __future__ import annotations

from collections.abc import Mapping

from claims.models import Desk, User
from claims.permissions import viewer_for_user
from reviews.rules import Conditions, Outcomes
from reviews.services.rules import GivenRule, add_rule


def make_rules(desks: Mapping[str, Desk]) -> None:
    """Three rules, each by somebody who may write it."""
    world, politics, economy, science = (desks[key].pk for key in ("world", "politics", "economy", "science"))
    near = GivenRule(
        "A date within two days goes first",
        Conditions(desks=(politics, economy), within_days=2),
        Outcomes(priority=2),
        note="Whoever waits for the desk’s hours decides after the fact.",
    )
    unnamed = GivenRule(
        "Somebody unnamed who is sure of it",
        Conditions(desks=(world, politics), source_kinds=("unnamed",), hedged=False),
        Outcomes(priority=2),
        note="No name and no doubt: these are quoted most and checked least.",
    )
    medicine = GivenRule(
        "Medicine goes to somebody who covers it",
        Conditions(desks=(science,), topics=("medicine",)),
        Outcomes(skills=("medicine",)),
    )
    for user_name, given in (("petra", near), ("maren", unnamed), ("dario", medicine)):
        add_rule(given, viewer_for_user(User.objects.get(username=user_name)))
