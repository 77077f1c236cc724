"""Who works in the demo newsroom. Every name is invented; so are the desks, the limits and the interest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.hashers import make_password

from claims.models import Desk, DeskRole, Membership, User
from claims.services.articles import outlet_called
from reviews.models import Absence, Interest, Reviewer

# Printed at every start of a development newsroom; the command that uses it refuses to run in production.
PASSWORD = "claim-desk-demo"  # noqa: S105 - not a secret: it opens invented rows on the reader's own machine
MAIL = "@newsroom.example"  # marks the people of the demo newsroom; no real address can end in .example
ADMINISTRATOR = ("petra", "Petra", "Vaskelund")
DESKS = (
    ("world", "World", "Europe/Kyiv"),
    ("politics", "Politics", "Europe/Kyiv"),
    ("economy", "Economy", "Europe/Oslo"),
    ("science", "Science and health", "Europe/London"),
)


@dataclass(frozen=True)
class Played:
    """Somebody of the newsroom. `edits` and `reviews` are keys of desks; the rest is about reviewing."""

    user_name: str
    first: str
    last: str
    edits: tuple[str, ...] = ()
    reviews: tuple[str, ...] = ()
    languages: tuple[str, ...] = ("en",)
    topics: tuple[str, ...] = ()
    limit: int = 8
    triages: bool = False
    away: bool = False
    interest: str = ""
    zone: str = "Europe/Kyiv"


PEOPLE = (
    Played("maren", "Maren", "Tolvikesen", edits=("world", "politics")),
    Played("dario", "Dario", "Fenwright", edits=("economy", "science"), zone="Europe/Oslo"),
    Played(
        "ilka",
        "Ilka",
        "Brandsoe",
        reviews=("world",),
        languages=("en", "uk"),
        topics=("diplomacy", "ukraine"),
        limit=10,
        triages=True,
    ),
    Played(
        "tomas",
        "Tomas",
        "Werrin",
        reviews=("world",),
        languages=("en", "de"),
        topics=("defence", "diplomacy", "ukraine"),
    ),
    Played("suri", "Suri", "Adeyanne", reviews=("world",), languages=("en", "fr"), topics=("fisheries", "diplomacy")),
    Played("bohdana", "Bohdana", "Lisovychka", reviews=("world",), languages=("uk", "ru"), topics=("ukraine",)),
    Played("joris", "Joris", "Haldevane", reviews=("politics",), topics=("budget", "government"), limit=6),
    Played("nadia", "Nadia", "Perraulund", reviews=("politics",), languages=("en", "fr"), topics=("parliament",)),
    Played(
        "emeka", "Emeka", "Stridsholm", reviews=("economy",), topics=("ports", "trade"), limit=6, zone="Europe/Oslo"
    ),
    Played("ragna", "Ragna", "Oyelarsen", reviews=("economy",), topics=("labour",), limit=6, zone="Europe/Oslo"),
    Played(
        "lotte",
        "Lotte",
        "Ansgaardbyrne",
        reviews=("economy", "world"),
        topics=("trade", "fisheries"),
        limit=6,
        interest="Harbour Post",
        zone="Europe/Oslo",
    ),
    Played("yusra", "Yusra", "Lindmarche", reviews=("science",), topics=("medicine",), limit=4, zone="Europe/London"),
    Played("oda", "Oda", "Marchettholm", reviews=("science",), topics=("air", "medicine"), limit=3),
    Played("viggo", "Viggo", "Castellarne", reviews=("science", "world"), topics=("medicine", "defence"), away=True),
)


def make_newsroom(now: datetime) -> Mapping[str, Desk]:
    """The desks and the people of the newsroom; answers the desks by key. `now` is when the absence begins."""
    desks = {key: Desk.objects.create(key=key, name=name, zone=zone) for key, name, zone in DESKS}
    password = make_password(PASSWORD)  # once for all: hashing takes a third of a second on purpose
    user_name, first, last = ADMINISTRATOR
    _person(user_name, first, last, password, "Europe/Kyiv", is_superuser=True)
    for played in PEOPLE:
        _join(played, desks, password, now)
    return desks


def _person(user_name: str, first: str, last: str, password: str, zone: str, *, is_superuser: bool = False) -> User:
    return User.objects.create(
        username=user_name,
        first_name=first,
        last_name=last,
        email=f"{user_name}{MAIL}",
        password=password,
        zone=zone,
        is_staff=True,
        is_superuser=is_superuser,
    )


def _join(played: Played, desks: Mapping[str, Desk], password: str, now: datetime) -> None:
    user = _person(played.user_name, played.first, played.last, password, played.zone)
    for key in played.edits:
        Membership.objects.create(user=user, desk=desks[key], role=DeskRole.EDITOR)
    for key in played.reviews:
        Membership.objects.create(user=user, desk=desks[key], role=DeskRole.REVIEWER, can_triage=played.triages)
    if played.reviews:
        _make_reviewer(played, user, now)


def _make_reviewer(played: Played, user: User, now: datetime) -> None:
    reviewer = Reviewer.objects.create(
        user=user, languages=list(played.languages), topics=list(played.topics), limit=played.limit
    )
    if played.away:
        Absence.objects.create(reviewer=reviewer, starts_at=now, ends_at=now + timedelta(days=6), note="Leave")
    if played.interest:
        source = outlet_called(played.interest)
        Interest.objects.create(reviewer=reviewer, source=source, note="Worked there until last year")


def leave_with_claims(now: datetime) -> Absence:
    """Somebody goes away who has open claims, and keeps them: their editor is offered to hand them over."""
    leaving = Reviewer.objects.get(user__username="nadia")
    return Absence.objects.create(reviewer=leaving, starts_at=now, ends_at=now + timedelta(days=3), note="Conference")


def roles_of(user: User) -> str:
    """What a person is, in words: "editor of World and Politics"."""
    if user.is_superuser:
        return "administrator"
    desks: dict[str, list[str]] = {}
    for membership in user.memberships.select_related("desk").order_by("desk__id"):
        desks.setdefault(str(membership.get_role_display()), []).append(membership.desk.name)
    return "; ".join(f"{role}, {' and '.join(names)}" for role, names in desks.items())
