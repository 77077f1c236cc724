"""The one article about real events: a retelling in our own words of what a news report said in November 2025.

It says what was reported and by whom, nothing more. Its claims are never decided in the demo and carry no evidence:
nothing is invented about real people or outlets.
"""

from __future__ import annotations

from datetime import UTC, date, datetime

from claims.deadlines import ZoneBasis
from claims.lifecycle import WaitingReason
from claims.models import DateKnown, SourceKind
from claims.services.proposing import GivenStep
from reviews.newsroom.courses import started, waiting
from reviews.newsroom.scripts import MOMENTS, ArticleScript, ClaimScript, day, outlet, person, unnamed, week

ZONE = "Europe/Kyiv"
HEADLINE = "Retold: The Guardian names dates for a possible trip of US generals to Moscow"
TEXT = """\
Retold for the demo newsroom in its own words, after a report by RBC-Ukraine. It passes on what was reported and by \
whom; whether any of it is so is for the desk to find out.

American generals may travel to Moscow as soon as next week for talks about a plan to end the war in Ukraine, The \
Guardian reports.

A group of generals was likely to make the trip at the close of next week and go through the plan with the Kremlin, \
the British paper adds.

A source close to the Kremlin told the paper that Vladimir Putin liked the plan in outline. The document, the source \
said, leaves other demands of Moscow unmet.

Two of them are listed by the paper: a legally binding promise of no further NATO growth to the east, and neutrality \
written into the constitution.

As for the European Union, Moscow would consider Ukraine's membership only if it ruled out any military presence, \
the source said, and pointed to neutral Austria.

Axios had been the first to report that a new American plan exists. The envoy Steve Witkoff drafted it, with support \
from his Russian counterpart Kirill Dmitriev.

The paper reportedly runs to 28 points. Ukraine would have to leave the Donbas, shrink its armed forces and give \
away long-range weapons. In exchange it would get guarantees resembling those of NATO, Axios says.

Volodymyr Zelenskyy and Donald Trump are expected to speak about the plan next week, Sky News reports. Trump has \
said in public that Ukraine must sign by Thursday, 27 November. Zelenskyy, he added, will have to take the deal or \
go on fighting.

In an address yesterday Zelenskyy told the nation that Ukraine may face a hard choice, in one of the most difficult \
moments of its history.

Putin said that Moscow is willing to talk about the plan, which could serve to start from. Russia, he stressed, is \
only willing to sign a peace treaty and will not agree to a ceasefire.

From the Kremlin, Dmitry Peskov let it be known a few hours ago that at what level to meet the Americans is not \
yet settled. Whether Putin and Trump need to speak about the document is open as well.
"""

_OUTLET = outlet("RBC-Ukraine")
_GUARDIAN = outlet("The Guardian", "reports")
_SOURCE = unnamed("source close to the Kremlin", "told")
_AXIOS_IMPLIED = outlet("Axios", implied=True)
_AXIOS = outlet("Axios", "says")
_TRUMP = person("Donald Trump", "has said in public", note="Occasion not stated")
_ZELENSKYY = person("Volodymyr Zelenskyy", "told the nation")
_PUTIN = person("Vladimir Putin", "said")
_PESKOV = person("Dmitry Peskov", "let it be known")
_PLAN = GivenStep("the plan", SourceKind.DOCUMENT, note="Not seen by the outlet", implied=True)
_PLACES = ("ukraine", "diplomacy")

_CLAIMS = (
    ClaimScript(
        "The US may send generals to Moscow as early as next week.",
        "American generals may travel to Moscow as soon as next week",
        (_OUTLET, _GUARDIAN),
        ("ukraine", "defence"),
        week(date(2025, 11, 24), "next week", ZONE),
        priority=2,
    ),
    ClaimScript(
        "A group of American generals was likely to fly to Moscow at the end of next week.",
        "A group of generals was likely to make the trip at the close of next week",
        (_OUTLET, outlet("The Guardian", "adds")),
        ("ukraine", "defence"),
        day(date(2025, 11, 28), "at the close of next week", ZONE, last=date(2025, 11, 30)),
        priority=2,
        course=started(),
    ),
    ClaimScript(
        "Putin liked the general outline of the US plan.",
        "Vladimir Putin liked the plan in outline",
        (_OUTLET, outlet("The Guardian"), _SOURCE),
        _PLACES,
        priority=4,
    ),
    ClaimScript(
        "The document does not meet other demands of Moscow.",
        "leaves other demands of Moscow unmet",
        (_OUTLET, outlet("The Guardian"), _SOURCE),
        _PLACES,
        priority=4,
    ),
    ClaimScript(
        "Moscow's demands include a legally binding guarantee that NATO will not expand east, and neutral status in "
        "the constitution.",
        "a legally binding promise of no further NATO growth to the east, and neutrality written into the constitution",
        (_OUTLET, outlet("The Guardian", "are listed by")),
        _PLACES,
    ),
    ClaimScript(
        "Moscow would consider EU membership for Ukraine only if it excluded any military presence.",
        "Moscow would consider Ukraine's membership only if it ruled out any military presence",
        (_OUTLET, outlet("The Guardian", implied=True), unnamed("source close to the Kremlin", "said")),
        _PLACES,
    ),
    ClaimScript(
        "Axios was the first to report that the US developed a new peace plan.",
        "Axios had been the first to report that a new American plan exists",
        (_OUTLET,),
        ("diplomacy",),
        priority=4,
    ),
    ClaimScript(
        "The plan was drafted by Steve Witkoff with the support of Kirill Dmitriev.",
        "The envoy Steve Witkoff drafted it, with support from his Russian counterpart Kirill Dmitriev",
        (_OUTLET, _AXIOS_IMPLIED),
        _PLACES,
    ),
    ClaimScript(
        "The document consists of 28 points.",
        "reportedly runs to 28 points",
        (_OUTLET, _AXIOS_IMPLIED),
        _PLACES,
        course=started(),
    ),
    ClaimScript(
        "Ukraine would need to withdraw from the Donbas, cut its armed forces and give up long-range weapons.",
        "Ukraine would have to leave the Donbas, shrink its armed forces and give away long-range weapons",
        (_OUTLET, _PLAN),
        ("ukraine", "defence"),
        course=waiting(WaitingReason.DOCUMENT, 2, "The plan itself"),
    ),
    ClaimScript(
        "In return Ukraine would receive security guarantees similar to those of NATO.",
        "In exchange it would get guarantees resembling those of NATO",
        (_OUTLET, _AXIOS),
        _PLACES,
    ),
    ClaimScript(
        "Zelenskyy and Trump are expected to talk about the plan next week.",
        "Volodymyr Zelenskyy and Donald Trump are expected to speak about the plan next week",
        (_OUTLET, outlet("Sky News", "reports")),
        _PLACES,
        week(date(2025, 11, 24), "next week", ZONE),
    ),
    ClaimScript(
        "The deadline for Ukraine to sign is Thursday 27 November, Trump said.",
        "Ukraine must sign by Thursday, 27 November",
        (_OUTLET, _TRUMP),
        _PLACES,
        day(date(2025, 11, 27), "Thursday, 27 November", "America/New_York", basis=ZoneBasis.SPEAKER),
        priority=1,
        course=started(),
    ),
    ClaimScript(
        "Zelenskyy will have to accept the agreement or continue fighting, Trump added.",
        "will have to take the deal or go on fighting",
        (_OUTLET, _TRUMP),
        _PLACES,
        priority=4,
    ),
    ClaimScript(
        "Zelenskyy said that Ukraine may face a difficult choice.",
        "Ukraine may face a hard choice, in one of the most difficult moments of its history",
        (_OUTLET, _ZELENSKYY),
        _PLACES,
        accepted=False,
    ),
    ClaimScript(
        "Moscow is ready to discuss the plan, which could be a starting point, Putin said.",
        "Moscow is willing to talk about the plan, which could serve to start from",
        (_OUTLET, _PUTIN),
        _PLACES,
    ),
    ClaimScript(
        "Russia is only willing to agree to a peace treaty, not a ceasefire, Putin said.",
        "is only willing to sign a peace treaty and will not agree to a ceasefire",
        (_OUTLET, _PUTIN),
        _PLACES,
        priority=2,
        due=MOMENTS,
        course=started(),
    ),
    ClaimScript(
        "The level of contacts between the US and Russia about the plan is yet to be determined, Peskov said.",
        "at what level to meet the Americans is not yet settled",
        (_OUTLET, _PESKOV),
        _PLACES,
        course=waiting(WaitingReason.REPLY, 1),
    ),
    ClaimScript(
        "It remains to be decided whether Trump and Putin need to speak about the document.",
        "Whether Putin and Trump need to speak about the document is open as well",
        (_OUTLET, person("Dmitry Peskov", "", implied=True)),
        _PLACES,
        accepted=False,
    ),
)


def retelling() -> ArticleScript:
    """The article with its 19 claims and their dates of 2025. Its day was entered by hand: the text has none."""
    return ArticleScript(
        outlet="RBC-Ukraine",
        headline=HEADLINE,
        text=TEXT,
        desk="world",
        zone=ZONE,
        published_at=datetime(2025, 11, 22, 10, tzinfo=UTC),
        published_raw="22 November 2025, read from the days it names",
        known=DateKnown.ENTERED,
        claims=_CLAIMS,
    )
