"""An invented article of the politics desk, after it began to want a reviewer and an editor on every claim."""

from __future__ import annotations

from datetime import datetime, timedelta

from claims.models import Desk
from claims.verdicts import So
from reviews.models import DeskDefaults, PolicyKind, ReviewPolicy
from reviews.newsroom.courses import Found, answered, decided, started
from reviews.newsroom.scripts import ArticleScript, ClaimScript, body, outlet, person

_OUTLET = outlet("Selmere Courier")
POLICIES = (
    ("one", "One reviewer", PolicyKind.ONE, 1, 1),
    ("with-editor", "Reviewer and editor", PolicyKind.WITH_EDITOR, 2, 2),
    ("two-of-three", "Two of three, independent", PolicyKind.INDEPENDENT, 3, 2),
)
_TEXT = """\
The cabinet office of Selmere employs 214 people, twice as many as four years ago, the Courier counted.

The office spends nothing on outside advisers, said its head, Ottoline Brakvest. Staff travel by train only, according \
to the office.
"""


def make_policies() -> dict[str, ReviewPolicy]:
    """The review policies to choose from, by key."""
    return {
        key: ReviewPolicy.objects.create(key=key, name=name, kind=kind, judges=judges, agreeing=agreeing)
        for key, name, kind, judges, agreeing in POLICIES
    }


def want_an_editor(desk: Desk) -> None:
    """From now on a claim of the desk is judged by a reviewer and by an editor; running claims stay as they are."""
    DeskDefaults.objects.update_or_create(desk=desk, defaults={"review_policy": make_policies()["with-editor"]})


def cabinet_office(now: datetime) -> ArticleScript:
    """Selmere Courier on the cabinet office, published an hour before `now`."""
    return ArticleScript(
        outlet="Selmere Courier",
        headline="Cabinet office of Selmere twice as large as four years ago",
        text=_TEXT,
        desk="politics",
        zone="Europe/Kyiv",
        published_at=now - timedelta(hours=1),
        url="https://courier.example/selmere/cabinet-office",
        by_key=True,  # else the desk's only editor would have entered what an editor is to judge
        claims=(
            ClaimScript(
                "The cabinet office of Selmere employs 214 people.",
                "employs 214 people",
                (_OUTLET,),
                ("government",),
                course=decided(
                    answered(So.CONFIRMED, "the staff list and the budget's table of posts give the same number."),
                    Found("Staff list of the office", "cabinet-staff-list", primary=True),
                    Found("Table of posts in the budget", "budget-posts", primary=True),
                ),
            ),
            ClaimScript(
                "The cabinet office of Selmere spends nothing on outside advisers.",
                "spends nothing on outside advisers",
                (_OUTLET, person("Ottoline Brakvest", "said")),
                ("government", "budget"),
                course=started(Found("Contracts register, cabinet office", "contracts-register", primary=True)),
            ),
            ClaimScript(
                "Staff of the cabinet office of Selmere travel by train only.",
                "Staff travel by train only",
                (_OUTLET, body("Cabinet office of Selmere", "according to")),
                ("government",),
                priority=4,
            ),
        ),
    )
