"""Two invented articles of the science desk. The second finds its reviewers full, so one claim waits for somebody."""

from __future__ import annotations

from datetime import datetime, timedelta

from claims.lifecycle import WaitingReason
from claims.verdicts import Outcome, So, Stance
from reviews.newsroom.courses import Found, answered, decided, reopened, reviewed, second_opinion, started, waiting
from reviews.newsroom.outcomes import published
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
)

ZONE = "Europe/London"
_OUTLET = outlet("Nordlys Daily")
_VACCINE = """\
A vaccine against marsh fever protects nine children in ten, says its maker Halvard Biologics. It could be on sale by \
the end of this month.

The health service had promised to publish its own figures by yesterday. Marsh fever sent 412 children to hospital \
last winter, doctor Ingrid Saltvedtson said.

The trial took in 3,000 children in two countries. The company plans to give the poorest districts their doses free \
of charge. The winter before, the clinic in Varnhaven had to close its fever ward.
"""
_AIR = """\
The air in Varnhaven was cleaner last year than at any time since measuring began, the city says.

Two of the five measuring stations were out of service for a month, said engineer Peder Lundqvistad. A new station \
will open by Friday of next week. The limit for fine dust was exceeded on eleven days.
"""


def nordlys_vaccine(now: datetime) -> ArticleScript:
    """Nordlys Daily on an invented vaccine, published two days before `now`."""
    return ArticleScript(
        outlet="Nordlys Daily",
        headline="Marsh fever vaccine could come this month",
        text=_VACCINE,
        desk="science",
        zone=ZONE,
        published_at=now - timedelta(days=2),
        url="https://nordlysdaily.example/health/marsh-fever",
        by_key=True,  # else the desk's only editor would have entered what an editor is to settle
        claims=(_disputed(), *_open(now), *_decided(now)),
    )


def _disputed() -> ClaimScript:
    return ClaimScript(
        "The vaccine protects nine children in ten against marsh fever.",
        "protects nine children in ten",
        (_OUTLET, body("Halvard Biologics", "says")),
        ("medicine",),
        priority=1,
        course=second_opinion(
            answered(So.CONFIRMED, "the trial register and the journal article give 91 percent."),
            "A number from the maker alone; I want another pair of eyes.",
            Found("Entry in the trial register", "trial-register", primary=True),
            Found("Article about the trial", "trial-article"),
        ),
        then=reviewed(answered(So.CONTEXT, "91 percent holds for severe cases; for any fever it is 64.")),
    )


def _open(now: datetime) -> tuple[ClaimScript, ...]:
    return (
        ClaimScript(
            "The vaccine could be on sale by the end of the month.",
            "It could be on sale by the end of this month",
            (_OUTLET, body("Halvard Biologics", "says")),
            ("medicine",),
            month(day_there(now, ZONE), "by the end of this month", ZONE),
            course=started(Found("List of approved vaccines", "approved-vaccines", Stance.CONTEXT, primary=True)),
        ),
        ClaimScript(
            "The trial took in 3,000 children in two countries.",
            "The trial took in 3,000 children in two countries",
            (_OUTLET,),
            ("medicine",),
            course=waiting(WaitingReason.REPLY, 1.5),
        ),
        ClaimScript(
            "The company gives the poorest districts their doses free of charge.",
            "plans to give the poorest districts their doses free of charge",
            (_OUTLET, body("Halvard Biologics", "plans")),
            ("medicine",),
            due=MOMENTS,
        ),
    )


def _decided(now: datetime) -> tuple[ClaimScript, ...]:
    yesterday = day(day_there(now, ZONE, -1), "by yesterday", ZONE)
    return (
        ClaimScript(
            "The health service would publish its own figures by yesterday.",
            "had promised to publish its own figures by yesterday",
            (_OUTLET, body("Health service of Selmere", "had promised")),
            ("medicine",),
            yesterday,
            course=decided(
                answered(So.CONFIRMED, "the figures came out a day ahead.", outcome=Outcome.BY_DATE),
                Found("Figures of the health service", "health-figures", primary=True),
                Found("Register of official publications", "publication-register", primary=True),
            ),
            then=published,
        ),
        ClaimScript(
            "Marsh fever sent 412 children to hospital last winter.",
            "sent 412 children to hospital last winter",
            (_OUTLET, person("Ingrid Saltvedtson", "said")),
            ("medicine",),
            course=reopened(
                answered(So.UNPROVEN, "the register for last winter was not complete yet."),
                "The register is complete now.",
            ),
        ),
        ClaimScript(
            "The clinic in Varnhaven has no fever ward.",
            "the clinic in Varnhaven had to close its fever ward",
            (_OUTLET,),
            ("medicine",),
            due=MINUTES,
            course=decided(
                answered(So.OVERTAKEN, "the ward was closed then and opened again this spring."),
                Found("Opening hours of the clinic", "clinic-hours", Stance.CONTEXT, primary=True),
            ),
            then=published,
        ),
    )


def nordlys_air(now: datetime) -> ArticleScript:
    """Nordlys Daily on the air of an invented city, published an hour before `now`."""
    return ArticleScript(
        outlet="Nordlys Daily",
        headline="Cleaner air in Varnhaven",
        text=_AIR,
        desk="science",
        zone=ZONE,
        published_at=now - timedelta(hours=1),
        url="https://nordlysdaily.example/city/air",
        claims=(
            ClaimScript(
                "The air in Varnhaven was cleaner last year than ever since measuring began.",
                "cleaner last year than at any time since measuring began",
                (_OUTLET, body("City of Varnhaven", "says")),
                ("air",),
                priority=2,
            ),
            ClaimScript(
                "Two of the five measuring stations were out of service for a month.",
                "Two of the five measuring stations were out of service for a month",
                (_OUTLET, person("Peder Lundqvistad", "said")),
                ("air",),
            ),
            ClaimScript(
                "A new measuring station opens by Friday of next week.",
                "will open by Friday of next week",
                (_OUTLET, person("Peder Lundqvistad", "said")),
                ("air",),
                day(day_there(now, ZONE, 11 - now.weekday()), "by Friday of next week", ZONE),
            ),
            ClaimScript(
                "The limit for fine dust was exceeded on eleven days last year.",
                "The limit for fine dust was exceeded on eleven days",
                (_OUTLET,),
                ("air",),
                priority=4,
            ),
        ),
    )
