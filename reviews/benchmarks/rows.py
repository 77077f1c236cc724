"""A large newsroom for a benchmark: desks, people with languages, topics and limits, and claims to be routed.

The same numbers give the same newsroom. People have a tenth more room than there are claims of one bulk, so routing
has to choose well, and one in five has declared an interest in an outlet.
"""

from __future__ import annotations

from random import Random
from typing import Any

from django.db import connection

from claims.models import Article, ArticleRevision, Desk, DeskRole, Membership, Source, User
from claims.models.source import SourceKind
from claims.services.transitions import database_time
from reviews.models import Interest, Reviewer

DESKS, OUTLETS = 10, 200
LANGUAGES, COMMON = ("en", "uk", "fr", "de", "ar"), (5, 3, 2, 2, 1)
TOPICS = ("climate", "culture", "defence", "economy", "health", "politics", "science", "sport")

CLAIMS = """
INSERT INTO claims_claim (id, statement, short_text, language, desk_id, topics, priority, state, selection_reason,
    round, review_due_at, first_review_due_at, accepted_at, confirm_words, confirm_precision, confirm_zone,
    confirm_zone_basis, confirm_read_by, waiting_reason, waiting_note, waiting_from, dismissal_reason,
    dismissal_note, created_at, updated_at, version)
SELECT place, 'The harbour will reopen on day ' || place, '', language, desk, string_to_array(topics, ','), priority,
       'proposed', '', 1, now() + interval '30 days' + place * interval '1 second', now() + interval '30 days', now(),
       '', '', '', '', '', '', '', '', '', '', now(), now(), 1
  FROM unnest(%(languages)s::text[], %(desks)s::bigint[], %(topics)s::text[], %(priorities)s::int[])
       WITH ORDINALITY AS made (language, desk, topics, priority, place)
"""
HEADS = "INSERT INTO claims_claimhead (claim_id, event_seq, hash) SELECT id, 0, '' FROM claims_claim"
QUOTES = """
INSERT INTO claims_appearance (claim_id, revision_id, exact, prefix, suffix, start, "end", hedge_words, hedge_kind,
                               hedge_scale, is_first)
SELECT claim.id, revision.id, 'x', '', '', 0, 1, '{}', 'none', '', true
  FROM claims_claim claim
  JOIN (SELECT id, row_number() OVER (ORDER BY id) AS place FROM claims_articlerevision) revision
    ON revision.place = 1 + claim.id %% (SELECT count(*) FROM claims_articlerevision)
"""


def fill(*, people: int, claims: int, room: int) -> None:
    """So many people with room for so many claims in all, and so many proposed claims, numbered from 1."""
    chance = Random(8)  # noqa: S311 - the same newsroom every time, not a secret
    _outlets()
    _people(people, room, chance)
    languages = chance.choices(LANGUAGES, COMMON, k=claims)
    given: dict[str, Any] = {
        "languages": languages,
        "desks": [chance.randint(1, DESKS) for _ in languages],
        "topics": [",".join(chance.sample(TOPICS, chance.choice((1, 1, 2)))) for _ in languages],
        "priorities": [chance.randint(1, 4) for _ in languages],
    }
    with connection.cursor() as cursor:
        cursor.execute(CLAIMS, given)
        cursor.execute(HEADS)
        cursor.execute(QUOTES, {})
        cursor.execute("VACUUM ANALYZE")


def _outlets() -> None:
    outlets = Source.objects.bulk_create(Source(name=f"Outlet {n}", kind=SourceKind.OUTLET) for n in range(OUTLETS))
    published = {"language": "en", "published_at": database_time(), "published_zone": "UTC"}
    articles = Article.objects.bulk_create(Article(outlet=one, headline="The harbour", **published) for one in outlets)
    ArticleRevision.objects.bulk_create(ArticleRevision(article=one, number=1, text="x", sha256="") for one in articles)


def _people(number: int, room: int, chance: Random) -> None:
    desks = Desk.objects.bulk_create(Desk(pk=n, name=f"Desk {n}", key=f"desk-{n}") for n in range(1, DESKS + 1))
    users = User.objects.bulk_create(User(username=f"person{n}", first_name=f"Person {n}") for n in range(number))
    reviewers = Reviewer.objects.bulk_create(
        Reviewer(
            user=user,
            languages=chance.sample(LANGUAGES, chance.choice((1, 2, 2, 3))),
            topics=chance.sample(TOPICS, chance.choice((2, 3, 4))),
            limit=max(1, room // number + chance.randint(-3, 3)),
        )
        for user in users
    )
    Membership.objects.bulk_create(
        Membership(user=user, desk=desk, role=DeskRole.REVIEWER)
        for user in users
        for desk in chance.sample(desks, chance.choice((1, 1, 2)))
    )
    outlets = list(Source.objects.order_by("pk"))
    interested = [reviewer for reviewer in reviewers if chance.random() < 0.2]
    Interest.objects.bulk_create(Interest(reviewer=one, source=chance.choice(outlets)) for one in interested)
