"""An invented article of the politics desk, brought in by an integration: a minister, a budget, a rumour."""

from __future__ import annotations

from datetime import datetime, timedelta

from claims.lifecycle import DismissalReason, WaitingReason
from claims.verdicts import So, Stance
from reviews.newsroom.courses import Found, answered, decided, dismissed, started, waiting
from reviews.newsroom.outcomes import merged, published, withdrawn
from reviews.newsroom.scripts import (
    MINUTES,
    MOMENTS,
    ArticleScript,
    ClaimScript,
    body,
    day,
    day_there,
    month,
    outlet,
    person,
    unnamed,
    week,
)

ZONE = "Europe/Kyiv"
_OUTLET = outlet("Capital Wire")
_LEAVES = "Budget minister Aurel Stenwicke will resign before the week is out."
_TEXT = """\
Budget minister Aurel Stenwicke is likely to resign before the week is out, two people in his party said. He denied \
it on the radio this morning.

Parliament is scheduled to vote on the budget tomorrow. The coalition holds 61 of the 120 seats.

A vote of no confidence could follow within the month, said opposition leader Hanne Ruysmonde. It would be the \
gravest crisis that this republic has ever seen.

The ministry cut its travel costs by a third last year, its spokeswoman said. Stenwicke's days in office are \
numbered, a party member said. Two more ministers are said to be writing letters of their own.
"""


def capital_wire(now: datetime) -> ArticleScript:
    """Capital Wire on a minister of the invented republic of Selmere, published three hours before `now`."""
    return ArticleScript(
        outlet="Capital Wire",
        headline="Budget minister of Selmere under pressure",
        text=_TEXT,
        desk="politics",
        zone=ZONE,
        published_at=now - timedelta(hours=3),
        url="https://capitalwire.example/selmere/budget-minister",
        by_key=True,
        claims=(*_dated(now), *_plain(), *_left_alone()),
    )


def _dated(now: datetime) -> tuple[ClaimScript, ...]:
    return (
        ClaimScript(
            _LEAVES,
            "is likely to resign before the week is out",
            (_OUTLET, unnamed("two people in his party", "said")),
            ("government",),
            week(day_there(now, ZONE), "before the week is out", ZONE),
            priority=1,
            course=started(
                Found("Diary of the ministry for this week", "ministry-diary", Stance.CONTEXT, primary=True)
            ),
        ),
        ClaimScript(
            "Parliament votes on the budget tomorrow.",
            "Parliament is scheduled to vote on the budget tomorrow",
            (_OUTLET,),
            ("parliament", "budget"),
            day(day_there(now, ZONE, 1), "tomorrow", ZONE),
            priority=2,
        ),
        ClaimScript(
            "The opposition could call a vote of no confidence within the month.",
            "A vote of no confidence could follow within the month",
            (_OUTLET, person("Hanne Ruysmonde", "said")),
            ("parliament",),
            month(day_there(now, ZONE), "within the month", ZONE),
            course=waiting(WaitingReason.OWN_DATE, 9),
        ),
    )


def _plain() -> tuple[ClaimScript, ...]:
    return (
        ClaimScript(
            "Stenwicke denied on the radio that he would resign.",
            "He denied it on the radio this morning",
            (_OUTLET, person("Aurel Stenwicke", "denied")),
            ("government",),
            due=MOMENTS,
        ),
        ClaimScript(
            "The coalition holds 61 of the 120 seats.",
            "The coalition holds 61 of the 120 seats",
            (_OUTLET,),
            ("parliament",),
            due=MINUTES,
            course=decided(
                answered(So.CONTEXT, "the number is right, but two of the 61 have left the coalition's group."),
                Found("List of members by group", "members-by-group", Stance.CONTEXT, primary=True),
            ),
            then=withdrawn("The list of members was of the parliament before; the claim is being looked at again."),
        ),
        ClaimScript(
            "The ministry cut its travel costs by a third last year.",
            "cut its travel costs by a third last year",
            (_OUTLET, body("Ministry of the Budget of Selmere", "said")),
            ("budget",),
            course=decided(
                answered(So.PARTLY, "flights fell by a third, all travel together by a fifth."),
                Found("Accounts of the ministry", "ministry-accounts", primary=True),
            ),
            then=published,
        ),
    )


def _left_alone() -> tuple[ClaimScript, ...]:
    return (
        ClaimScript(
            "This is the gravest crisis that the republic has ever seen.",
            "It would be the gravest crisis that this republic has ever seen",
            (_OUTLET,),
            course=dismissed(DismissalReason.NOT_FACTUAL),
        ),
        ClaimScript(
            "Stenwicke will not stay in office for long.",
            "Stenwicke's days in office are numbered",
            (_OUTLET, unnamed("party member", "said")),
            course=merged(_LEAVES),
        ),
        ClaimScript(
            "Two more ministers are preparing to resign.",
            "Two more ministers are said to be writing letters of their own",
            (_OUTLET,),
            ("government",),
            accepted=False,
        ),
    )
