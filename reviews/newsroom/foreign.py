"""Invented articles in other languages: one that two people read, one that nobody on its desk reads."""

from __future__ import annotations

from datetime import datetime, timedelta

from claims.models import SourceKind
from claims.services.proposing import GivenStep
from reviews.newsroom.courses import started
from reviews.newsroom.scripts import ArticleScript, ClaimScript, body, day, day_there, outlet, unnamed, week

KYIV, OSLO = "Europe/Kyiv", "Europe/Oslo"
_UKRAINIAN = """\
Новий маяк на острові Сельмере запрацює вже завтра, повідомила берегова служба.

За словами капітана порому, старий маяк світив без перерви сорок років.
"""
_GERMAN = """\
Der Hafen von Varnhaven soll bis Ende der Woche wieder öffnen, teilte die Reederei Nordkai mit.

Die Frachtraten seien seit Montag um ein Fünftel gestiegen, sagte ein Makler.
"""


def vechirnii(now: datetime) -> ArticleScript:
    """An article in Ukrainian on the world desk, where two people read Ukrainian."""
    chain = outlet("Вечірній промінь")
    return ArticleScript(
        outlet="Вечірній промінь",
        headline="Новий маяк запрацює завтра",
        text=_UKRAINIAN,
        desk="world",
        zone=KYIV,
        language="uk",
        published_at=now - timedelta(hours=4),
        url="https://promin.example/mayak",
        claims=(
            ClaimScript(
                "Новий маяк на острові Сельмере запрацює завтра.",
                "Новий маяк на острові Сельмере запрацює вже завтра",
                (chain, body("Берегова служба Сельмере", "повідомила")),
                own=day(day_there(now, KYIV, 1), "завтра", KYIV),
                course=started(),
            ),
            ClaimScript(
                "Старий маяк світив без перерви сорок років.",
                "старий маяк світив без перерви сорок років",
                (chain, GivenStep("капітан порому", SourceKind.UNNAMED, "за словами", named=False)),
            ),
        ),
    )


def nordkai(now: datetime) -> ArticleScript:
    """An article in German on the economy desk, where nobody reads German: both claims wait for somebody."""
    chain = outlet("Nordkai Anzeiger")
    return ArticleScript(
        outlet="Nordkai Anzeiger",
        headline="Hafen von Varnhaven vor der Öffnung",
        text=_GERMAN,
        desk="economy",
        zone=OSLO,
        language="de",
        published_at=now - timedelta(hours=5),
        url="https://nordkai.example/hafen",
        claims=(
            ClaimScript(
                "Der Hafen von Varnhaven öffnet bis Ende der Woche wieder.",
                "soll bis Ende der Woche wieder öffnen",
                (chain, body("Reederei Nordkai", "teilte mit")),
                ("ports",),
                week(day_there(now, OSLO), "bis Ende der Woche", OSLO),
                priority=2,
            ),
            ClaimScript(
                "Die Frachtraten sind seit Montag um ein Fünftel gestiegen.",
                "seit Montag um ein Fünftel gestiegen",
                (chain, unnamed("Makler", "sagte")),
                ("trade",),
            ),
        ),
    )
