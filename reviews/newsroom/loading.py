"""Loads the demo newsroom: everything happens now, one step after the other, through the services.

History is never back-dated. What shall be late soon gets a review due seconds ahead, and dates that have passed are
dates of the claims, never of the record. All of it is one transaction: a load that is cut off leaves nothing behind.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from claims.lifecycle import Action
from claims.models import ApiKey, Article, ArticleRevision, Claim, Desk, DeskRole, Membership, Scope, User
from claims.permissions import Viewer, desk_roles, viewer_for_key, viewer_for_user
from claims.services.articles import GivenArticle, take_in
from claims.services.keys import make_key, revoke_key
from claims.services.proposing import GivenClaim, GivenQuote, Maker, propose
from claims.services.transitions import database_time
from reviews.newsroom.cabinet import cabinet_office, want_an_editor
from reviews.newsroom.capital import capital_wire
from reviews.newsroom.cast import ADMINISTRATOR, MAIL, leave_with_claims, make_newsroom
from reviews.newsroom.deadlines import keep_deadlines
from reviews.newsroom.foreign import nordkai, vechirnii
from reviews.newsroom.harbour import harbour_post
from reviews.newsroom.house_rules import make_rules
from reviews.newsroom.nordlys import nordlys_air, nordlys_vaccine
from reviews.newsroom.retelling import retelling
from reviews.newsroom.scripts import ArticleScript, ClaimScript
from reviews.newsroom.tidende import tidende
from reviews.services.acting import act
from reviews.services.routing import route_waiting
from reviews.services.stillness import flag_standstill

KEY_NAME = "demo"
TURN = 4022  # the advisory lock under which one process loads


@dataclass(frozen=True)
class NewsroomState:
    """What there is: nothing yet, the demo newsroom, or somebody's own work."""

    is_loaded: bool
    is_empty: bool


def newsroom_state() -> NewsroomState:
    """Look whether the demo newsroom is there. Its people are known by their addresses, which nobody else can have."""
    loaded = User.objects.filter(email__endswith=MAIL).exists()
    filled = User.objects.exists() or Desk.objects.exists() or Article.objects.exists() or Claim.objects.exists()
    return NewsroomState(is_loaded=loaded, is_empty=not filled)


def load_newsroom() -> str | None:
    """Load everything when the database is empty. Answers the words of the demo key, None when nothing was loaded."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [TURN])
        if not newsroom_state().is_empty:
            return None
        now = database_time()
        desks = make_newsroom(now)
        make_rules(desks)
        keep_deadlines(desks["world"])
        key, words = _new_key()
        for script in scripts(now):
            load_article(script, desks, key)
        want_an_editor(desks["politics"])
        load_article(cabinet_office(now), desks, key)
        leave_with_claims(database_time())
        flag_standstill()
    return words


def scripts(now: datetime) -> Iterator[ArticleScript]:
    """Every article of the newsroom but the last, placed around `now`."""
    yield retelling()
    for write in (harbour_post, capital_wire, nordlys_vaccine, tidende, nordlys_air, vechirnii, nordkai):
        yield write(now)


def fresh_demo_key() -> str:
    """A new demo key; the former ones open nothing from now on. Only hashes are kept, so a key is shown once."""
    with transaction.atomic():
        for former in ApiKey.objects.filter(name=KEY_NAME, revoked_at__isnull=True):
            revoke_key(former)
        return _new_key()[1]


def _new_key() -> tuple[ApiKey, str]:
    administrator = User.objects.filter(username=ADMINISTRATOR[0]).first()
    return make_key(name=KEY_NAME, scopes=Scope.values, by=administrator)


def load_article(script: ArticleScript, desks: Mapping[str, Desk], key: ApiKey) -> list[Claim]:
    """Take one article in with its claims, route them, and walk each claim's course."""
    desk = desks[script.desk]
    revision = take_in_script(script, desk)
    viewer = viewer_for_key(key) if script.by_key else _editor(desk)
    claims = [(propose_script(each, revision, desk, viewer), each) for each in script.claims]
    for claim, each in claims:
        if each.accepted:
            accept_script(claim, each, _triager(desk))
    route_waiting()
    for claim, each in claims:
        each.course(claim)
    route_waiting()
    for claim, each in claims:
        each.then(claim)
    return [claim for claim, _ in claims]


def take_in_script(script: ArticleScript, desk: Desk) -> ArticleRevision:
    """The revision that the claims quote; a revised text is taken in after it."""
    given = given_article(script, desk)
    revision = take_in(given).revision
    if script.revised:
        take_in(given_article(script, desk, text=script.revised))
    return revision


def given_article(script: ArticleScript, desk: Desk, *, text: str = "") -> GivenArticle:
    """The article as intake takes it."""
    return GivenArticle(
        outlet=script.outlet,
        headline=script.headline,
        text=text or script.text,
        language=script.language,
        published_at=script.published_at,
        published_zone=script.zone,
        published_raw=script.published_raw,
        published_known=script.known,
        url=script.url,
        desk=desk,
    )


def propose_script(script: ClaimScript, revision: ArticleRevision, desk: Desk, viewer: Viewer) -> Claim:
    """Propose one claim as this viewer, hedge words read from the quote."""
    given = GivenClaim(
        statement=script.statement,
        language=revision.article.language,
        quote=GivenQuote(revision, script.quote),
        chain=script.chain,
        own=script.own,
        desk=desk,
        topics=script.topics,
        priority=script.priority,
    )
    actor = viewer.actor.having(*desk_roles(viewer, desk.pk))
    return propose(given, Maker(actor, user=viewer.user, key=viewer.key))


def accept_script(claim: Claim, script: ClaimScript, viewer: Viewer) -> None:
    """Accept it as this viewer, due when the script says."""
    due = database_time() + script.due if script.due else None
    act(claim.pk, Action.ACCEPT, viewer, due=due)


def _editor(desk: Desk) -> Viewer:
    seat = Membership.objects.filter(desk=desk, role=DeskRole.EDITOR).select_related("user").order_by("pk")[0]
    return viewer_for_user(seat.user)


def _triager(desk: Desk) -> Viewer:
    """Whoever triages for the desk: a reviewer with the right to, else its editor."""
    seats = Membership.objects.filter(desk=desk, can_triage=True).select_related("user").order_by("pk")
    seat = seats.first()
    return viewer_for_user(seat.user) if seat else _editor(desk)
