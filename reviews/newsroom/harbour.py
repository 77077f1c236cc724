"""An invented article of the economy desk: a port, its dredger, a strike. Everything in it is made up."""

from __future__ import annotations

from datetime import datetime, timedelta

from claims.lifecycle import CorrectionClass
from claims.verdicts import Question, Said, So, Stance
from reviews.newsroom.courses import Found, answered, decided, second_opinion, started
from reviews.newsroom.outcomes import corrected, published, split_off
from reviews.newsroom.scripts import (
    MINUTES,
    ArticleScript,
    ClaimScript,
    body,
    clock_there,
    day,
    day_there,
    minute,
    outlet,
    person,
    unnamed,
)

ZONE = "Europe/Oslo"
_OUTLET = outlet("Harbour Post")


def harbour_post(now: datetime) -> ArticleScript:
    """Harbour Post on the port of Varnhaven, published two hours before `now`."""
    talks = now + timedelta(minutes=55)
    text = f"""\
VARNHAVEN. The port authority plans to start dredging the north basin tomorrow morning, three weeks late.

Fees for large ships will rise by four percent at the end of this month, the authority said. Last year the port \
handled 1.2 million containers, more than ever before.

Harbour master Elin Drostevik said the basin was last deepened in 1998. About half of the crane drivers stayed at \
home yesterday, said a docker who did not want to be named.

The strike costs the island 30 million crowns a day, according to the Chamber of Trade. Talks between the port and \
the union are due to resume at {clock_there(talks, ZONE)}.
"""
    return ArticleScript(
        outlet="Harbour Post",
        headline="Dredging of the north basin to start at last",
        text=text,
        desk="economy",
        zone=ZONE,
        published_at=now - timedelta(hours=2),
        url="https://harbourpost.example/news/north-basin",
        claims=(*_dated(now, talks), *_settled(), _doubted()),
    )


def _dated(now: datetime, talks: datetime) -> tuple[ClaimScript, ...]:
    return (
        ClaimScript(
            "The port of Varnhaven will start dredging the north basin tomorrow.",
            "plans to start dredging the north basin tomorrow morning",
            (_OUTLET, body("Port Authority of Varnhaven", "plans")),
            ("ports",),
            day(day_there(now, ZONE, 1), "tomorrow morning", ZONE),
            priority=2,
            course=started(Found("Notice to mariners, north basin", "notice-to-mariners", primary=True)),
            then=split_off("The dredging of the north basin starts three weeks late.", "three weeks late"),
        ),
        ClaimScript(
            "Talks between the port and the union resume today.",
            f"are due to resume at {clock_there(talks, ZONE)}",
            (_OUTLET,),
            ("labour",),
            minute(talks, f"at {clock_there(talks, ZONE)}", ZONE),
            priority=1,
            due=timedelta(minutes=60),
        ),
    )


def _settled() -> tuple[ClaimScript, ...]:
    return (
        ClaimScript(
            "The port of Varnhaven handled 1.2 million containers last year.",
            "handled 1.2 million containers",
            (_OUTLET,),
            ("ports", "trade"),
            due=MINUTES,
            course=decided(
                answered(So.CONFIRMED, "the port's yearly report and the customs tables give the same number."),
                Found("Yearly report of the port", "port-yearly-report", primary=True),
                Found("Customs tables, containers by port", "customs-tables", primary=True),
                Found("News item that repeats the yearly report", "containers-record", copied=True),
            ),
            then=published,
        ),
        _deepened(),
        ClaimScript(
            "About half of the crane drivers stayed at home yesterday.",
            "About half of the crane drivers stayed at home yesterday",
            (_OUTLET, unnamed("docker", "said")),
            ("labour",),
            course=decided(answered(So.UNPROVEN, "neither the port nor the union would say, and nobody else counted.")),
        ),
    )


def _deepened() -> ClaimScript:
    return ClaimScript(
        "The north basin was last deepened in 1998.",
        "the basin was last deepened in 1998",
        (_OUTLET, person("Elin Drostevik", "said")),
        ("ports",),
        due=MINUTES,
        course=decided(
            answered(
                So.REFUTED,
                "two records that know nothing of each other show that it was deepened again in 2011.",
                said=Said.ACCURATE,
            ),
            Found("Recording of the press briefing", "briefing-recording", question=Question.SAID),
            Found(
                "Minutes of the works committee",
                "works-committee-2011",
                Stance.CONTRADICTS,
                words="Demo file. Item 4: the deepening of the north basin was accepted on 9 June 2011.\n",
            ),
            Found("Survey charts of 2010 and 2012", "survey-charts", Stance.CONTRADICTS, primary=True),
        ),
        then=corrected(
            CorrectionClass.MINOR,
            "The year of the second deepening was missing.",
            "two records that know nothing of each other show that it was deepened again, in the summer of 2011.",
        ),
    )


def _doubted() -> ClaimScript:
    return ClaimScript(
        "The strike costs the island 30 million crowns a day.",
        "costs the island 30 million crowns a day, according to the Chamber of Trade",
        (_OUTLET, body("Chamber of Trade", "according to")),
        ("trade", "labour"),
        priority=2,
        course=second_opinion(
            answered(So.CONTEXT, "the sum counts goods that are only delayed, and the chamber says so itself."),
            "The sum depends on what one counts; somebody else should judge it.",
            Found("How the chamber counted", "chamber-method", Stance.CONTEXT, primary=True),
        ),
    )
