"""An invented article of the world desk: talks about fishing, with dates that passed and dates of today."""

from __future__ import annotations

from datetime import datetime, timedelta

from claims.verdicts import Outcome, Question, Said, So, Stance
from reviews.newsroom.courses import Found, answered, decided, handed_over, started
from reviews.newsroom.outcomes import published
from reviews.newsroom.scripts import (
    AN_HOUR,
    MINUTES,
    ArticleScript,
    ClaimScript,
    clock_there,
    day,
    day_there,
    minute,
    outlet,
    person,
    unnamed,
    week,
)

ZONE = "Europe/Kyiv"
_OUTLET = outlet("Tidende 24")


def tidende(now: datetime) -> ArticleScript:
    """Tidende 24 on talks about fishing, published two days before `now` and changed since."""
    statement = now + timedelta(minutes=25)
    text = f"""\
The fishing talks between Selmere and Norrvik are expected to end today. Norrvik has agreed to open three zones to \
foreign boats, a diplomat said.

The patrol ship Havørn was to leave the strait by yesterday. Norrvik's boats would be back in port by yesterday \
evening, its fisheries minister Jostein Brekkemo said.

A joint statement is scheduled for {clock_there(statement, ZONE)}. Last year the quota for herring was cut by 15 \
percent. The talks will probably go on next week if no paper is signed.
"""
    return ArticleScript(
        outlet="Tidende 24",
        headline="Fishing talks with Norrvik on their last day",
        text=text,
        desk="world",
        zone=ZONE,
        published_at=now - timedelta(days=2),
        url="https://tidende24.example/world/fishing-talks",
        claims=(*_open(now, statement), *_decided(now)),
        revised=text.replace("three zones", "two zones"),
    )


def _open(now: datetime, statement: datetime) -> tuple[ClaimScript, ...]:
    return (
        ClaimScript(
            "The fishing talks between Selmere and Norrvik end today.",
            "are expected to end today",
            (_OUTLET,),
            ("fisheries", "diplomacy"),
            day(day_there(now, ZONE), "today", ZONE),
            priority=2,
            course=started(Found("Programme of the talks", "talks-programme", primary=True)),
        ),
        ClaimScript(
            "Norrvik has agreed to open three zones to foreign boats.",
            "Norrvik has agreed to open three zones to foreign boats",
            (_OUTLET, unnamed("diplomat", "said")),
            ("fisheries", "diplomacy"),
            course=handed_over("tomas", "I am on a plane from noon. The draft map is in the evidence."),
        ),
        _boats(now),
        ClaimScript(
            "Selmere and Norrvik publish a joint statement today.",
            f"A joint statement is scheduled for {clock_there(statement, ZONE)}",
            (_OUTLET,),
            ("diplomacy",),
            minute(statement, f"for {clock_there(statement, ZONE)}", ZONE),
            priority=1,
            due=AN_HOUR,
        ),
        ClaimScript(
            "The talks go on next week if no paper is signed.",
            "The talks will probably go on next week",
            (_OUTLET,),
            ("diplomacy",),
            week(day_there(now, ZONE, 7), "next week", ZONE),
            accepted=False,
        ),
    )


def _boats(now: datetime) -> ClaimScript:
    """Its own date has passed."""
    return ClaimScript(
        "Norrvik's boats were back in port yesterday evening.",
        "would be back in port by yesterday evening",
        (_OUTLET, person("Jostein Brekkemo", "said")),
        ("fisheries",),
        day(day_there(now, ZONE, -1), "by yesterday evening", ZONE),
        course=started(),
    )


def _decided(now: datetime) -> tuple[ClaimScript, ...]:
    return (
        ClaimScript(
            "The patrol ship Havørn left the strait by yesterday.",
            "was to leave the strait by yesterday",
            (_OUTLET,),
            ("fisheries", "defence"),
            day(day_there(now, ZONE, -1), "by yesterday", ZONE),
            course=decided(
                answered(
                    So.REFUTED, "ship tracks and a harbour camera show it there today.", outcome=Outcome.DID_NOT_HAPPEN
                ),
                Found("Track of the ship", "havorn-track", Stance.CONTRADICTS, primary=True),
                Found("Picture of the harbour camera", "harbour-camera", Stance.CONTRADICTS, primary=True),
            ),
            then=published,
        ),
        ClaimScript(
            "The quota for herring was cut by 15 percent last year.",
            "Last year the quota for herring was cut by 15 percent",
            (_OUTLET,),
            ("fisheries",),
            due=MINUTES,
            course=decided(
                answered(So.CONFIRMED, "both governments published the same table.", said=Said.OWN_VOICE),
                Found("Table of quotas, Selmere", "quotas-selmere", primary=True),
                Found("Table of quotas, Norrvik", "quotas-norrvik", primary=True),
                Found("Note on how quotas are set", "quota-rules", Stance.CONTEXT, Question.SO),
            ),
        ),
    )
