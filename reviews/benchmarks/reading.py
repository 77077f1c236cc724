"""A newsroom at work for benchmarks of reading: claims with quotes, chains, dates, reviewers and evidence."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import cycle, islice

from django.db import connection

from claims.deadlines import Precision
from claims.models import (
    Article,
    ArticleRevision,
    Claim,
    Desk,
    DeskRole,
    Evidence,
    Flag,
    FlagKind,
    Membership,
    Source,
    SourceKind,
    User,
)
from claims.permissions import Viewer, desk_roles, viewer_for_user
from claims.plaintext import sha256_of
from claims.services.proposing import GivenClaim, GivenDate, GivenQuote, GivenStep, Maker
from claims.services.transitions import database_time
from claims.verdicts import EvidenceKind, Question, Stance
from reviews.models import Assignment, Reviewer
from reviews.services.bringing import Wanted, bring_many

CALL = 1000
ARTICLES, REVIEWERS = 50, 20
QUOTE = "The harbour is likely to reopen next week"


def fill(claims: int) -> User:
    """So many queued claims of one desk, each with somebody on it; every third flagged. Answers the desk's editor."""
    desk = Desk.objects.create(name="World", key="world")
    editor = User.objects.create(username="editor", first_name="Nora", last_name="Field")
    Membership.objects.create(user=editor, desk=desk, role=DeskRole.EDITOR)
    viewer, revisions, people = viewer_for_user(editor), _articles(), _people(desk)
    for start in range(0, claims, CALL):
        numbers = range(start, min(claims, start + CALL))
        made = bring_many([_wanted(number, viewer, desk, revisions) for number in numbers])
        _worked_on([claim for claim in made if isinstance(claim, Claim)], people, editor)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return editor


def _articles() -> list[ArticleRevision]:
    outlet = Source.objects.create(name="Harbour Post", kind=SourceKind.OUTLET)
    published = {"language": "en", "published_at": database_time(), "published_zone": "UTC"}
    text = f"{QUOTE}, an official said."
    return [
        Article.objects.create(
            outlet=outlet, headline="Harbour", first_headline=f"Harbour {number}", **published
        ).revisions.create(number=1, text=text, sha256=sha256_of(text))
        for number in range(ARTICLES)
    ]


def _people(desk: Desk) -> list[Reviewer]:
    users = User.objects.bulk_create(
        User(username=f"reviewer{number}", first_name=f"Reviewer {number}") for number in range(REVIEWERS)
    )
    Membership.objects.bulk_create(Membership(user=user, desk=desk, role=DeskRole.REVIEWER) for user in users)
    return Reviewer.objects.bulk_create(Reviewer(user=user, languages=["en"]) for user in users)


def _wanted(number: int, viewer: Viewer, desk: Desk, revisions: list[ArticleRevision]) -> Wanted:
    ahead: datetime = database_time() + timedelta(days=2, minutes=number % 5000)
    given = GivenClaim(
        statement=f"The harbour will reopen its quay {number}.",
        language="en",
        quote=GivenQuote(revisions[number % ARTICLES], QUOTE),
        chain=[GivenStep("Harbour Post", "outlet"), GivenStep(f"Official {number % 40}", verb="said")],
        own=GivenDate(ahead, ahead, Precision.MINUTE, "Europe/Kyiv", words="next week") if number % 2 else None,
        desk=desk,
        topics=["harbours"],
        review_due_at=ahead,
    )
    return Wanted(given, Maker(viewer.actor.having(*desk_roles(viewer, desk.pk)), viewer.user), accepted=True)


def _worked_on(claims: list[Claim], people: list[Reviewer], editor: User) -> None:
    now = database_time()
    on_them = zip(claims, islice(cycle(people), len(claims)), strict=True)
    Assignment.objects.bulk_create(
        Assignment(claim=claim, reviewer=reviewer, rule="benchmark", assigned_at=now) for claim, reviewer in on_them
    )
    Evidence.objects.bulk_create(
        Evidence(
            claim=claim,
            question=Question.SO,
            stance=Stance.SUPPORTS,
            kind=EvidenceKind.LINK,
            url=f"https://found.example/{claim.pk}/{item}",
            added_by=str(editor),
            added_at=now,
        )
        for claim in claims
        for item in range(2)
    )
    idle = [claim for claim in claims if claim.pk % 3 == 0]
    Flag.objects.bulk_create(
        Flag(claim=claim, kind=FlagKind.IDLE, moment=now, raised_at=now, reason="Nothing for 48 hours.")
        for claim in idle
    )
