"""The story from the article to the flag, chapter by chapter."""

from __future__ import annotations

import time
from dataclasses import asdict, replace
from typing import Any

from claims.models import Claim, Desk
from claims.services.keys import make_key
from claims.services.transitions import database_time
from reviews.demo import dates, ferry, intake, work
from reviews.demo.processes import Celery, celery_running
from reviews.demo.promises import Promises
from reviews.demo.tables import Teller
from reviews.newsroom.cast import make_newsroom
from reviews.newsroom.courses import editor_of
from reviews.newsroom.loading import accept_script, take_in_script
from reviews.newsroom.retelling import retelling
from reviews.newsroom.scripts import ArticleScript

INTEGRATION = ("claims:read", "claims:write")


def tell(teller: Teller) -> tuple[dict[str, Any], Promises]:
    """Tell it all in an empty database; answers the document for machines and what was promised."""
    began, promises = time.monotonic(), Promises()
    with celery_running() as celery:
        desk = make_newsroom(database_time())["world"]
        document = _story(desk, celery, teller, promises)
    _close(teller, promises)
    document |= {
        "promises": [asdict(each) for each in promises.made],
        "kept": promises.kept,
        "of": len(promises.made),
        "seconds": round(time.monotonic() - began, 1),
    }
    return document, promises


def _story(desk: Desk, celery: Celery, teller: Teller, promises: Promises) -> dict[str, Any]:
    key, _ = make_key(name="Wire integration", scopes=INTEGRATION)
    article, revision = intake.article_in(desk, teller, promises)
    refused = intake.refusals(desk, revision, key, teller, promises)
    retold = intake.claims_of(retelling(), revision, desk, key)
    shown = intake.show_claims(retold, teller)
    celery.wait_until_ready()
    dates.wait_until_swept()

    script = ferry.ferry(ferry.minute_to_wait_for(database_time()))
    own = intake.claims_of(script, take_in_script(script, desk), desk, key)
    shown += intake.show_claims(own, teller)
    promises.keep(
        "Every quote stands at its exact place in the frozen text.", all(each["stands_there"] for each in shown)
    )
    accepted = [*_accepted(own, script), *_accepted(retold, unhurried(retelling()))]
    watched = dates.Watched(retold, own[ferry.CONFIRMED], own[ferry.UNCONFIRMED], own[ferry.UNREVIEWED])
    both = (watched.confirmed, watched.unconfirmed)
    teller.say(f"The editor accepts {len(accepted)} of the {len(shown)} claims; the others stay proposed.")

    routed = work.routed(accepted, teller, promises)
    work.why_not_the_others(next(each for each in routed if each["claim"] == watched.unconfirmed.pk), teller)
    review = work.reviewed(watched.confirmed, teller, promises)
    dates.wait_for_the_date(watched.confirmed, teller)
    flags = dates.flagged(watched, teller, promises)
    dates.swept_by_celery(celery, promises)
    return {
        "schema": 1,
        "article": article,
        "refusals": [asdict(each) for each in refused],
        "claims": shown,
        "routed": routed,
        "review": review,
        "flags": flags,
        "confirmed": watched.confirmed.pk,
        "unconfirmed": watched.unconfirmed.pk,
        "unreviewed": watched.unreviewed.pk,
        "timelines": {str(each.pk): dates.timeline(each, teller) for each in both},
        "verified": dates.verified(teller, promises),
    }


def unhurried(script: ArticleScript) -> ArticleScript:
    """The same article, each review due by the desk's hours."""
    return replace(script, claims=tuple(replace(each, due=None) for each in script.claims))


def _accepted(claims: list[Claim], script: ArticleScript) -> list[Claim]:
    """The editor accepts what the script says; the rest stays proposed."""
    wanted = [(claim, each) for claim, each in zip(claims, script.claims, strict=True) if each.accepted]
    for claim, each in wanted:
        accept_script(claim, each, editor_of(claim))
    return [claim for claim, _ in wanted]


def _close(teller: Teller, promises: Promises) -> None:
    teller.chapter("What was promised")
    rows = [("kept" if each.kept else "BROKEN", each.promise) for each in promises.made]
    teller.table(("", "promise"), (6, 88), rows)
    teller.say(promises.sentence)
