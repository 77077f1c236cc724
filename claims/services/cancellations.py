"""Tells claims that their article was cancelled by its provider, and lets a person note what that means.

The article keeps its texts and the claim its quotes; only people decide what a cancellation means. An article that was
cancelled, or made usable again, waits for a periodic pass (`Article.untold`), which looks at every claim that quotes
it under the claim's lock. A claim that is being made is looked at then: it holds the article meanwhile, so that either
it sees the cancellation, or the pass after it sees the claim.
"""

from __future__ import annotations

from claims.actors import Actor, rule
from claims.errors import ActionNotPossible, RoleMissing
from claims.models import Appearance, Article, Cancellation, User
from claims.services.following import BATCH, check_comparer, follow_new_quotes, staying_for
from claims.services.linkflags import keep_flags
from claims.services.onebyone import one_by_one
from claims.services.steps import because
from claims.services.transitions import Held, locked

PROVIDER = rule("cancelled articles")


def tell_cancellations(batch: int = BATCH) -> int:
    """Look at the claims of articles that were cancelled or are usable again; answers how many claims."""
    untold = Article.objects.filter(untold=True).order_by("pk")
    return one_by_one(untold, _tell, batch=batch, failed="cancellation_not_told")


def _tell(article: Article) -> int:
    quotes = Appearance.objects.filter(revision__article=article)
    claims = list(quotes.order_by("claim").values_list("claim", flat=True).distinct())
    for number in claims:
        with locked(number) as held:
            follow_cancellations(held)
    for number in staying_for(claims):
        with locked(number) as held:
            keep_flags(held, by=PROVIDER)
    # Cancelled or usable again meanwhile: then it waits for another look.
    Article.objects.filter(pk=article.pk, canceled_at=article.canceled_at).update(untold=False)
    return len(claims)


def follow_articles(held: Held) -> None:
    """Look at the articles quoted by a claim that is being made: at their later texts, and whether one is cancelled."""
    if follow_new_quotes(held):
        follow_cancellations(held)


def follow_cancellations(held: Held) -> None:
    """Write down which articles of the held claim are cancelled and which no longer are, and keep the flag true."""
    articles = Article.objects.filter(revisions__appearances__claim=held.claim).distinct()
    canceled = {article.pk: article.canceled_at for article in articles}
    told = {(row.article_id, row.canceled_at): row for row in Cancellation.objects.of([held.claim.pk])}
    new = [(number, at) for number, at in canceled.items() if at is not None and (number, at) not in told]
    over = [row for row in told.values() if row.ended_at is None and canceled.get(row.article_id) != row.canceled_at]
    for number, at in new:
        row = Cancellation.objects.create(claim=held.claim, article_id=number, canceled_at=at, found_at=held.now)
        held.record("article.cancel", by=PROVIDER, data=_told(row), occurred_at=min(at, held.now))
    for row in over:
        row.ended_at = held.now
        row.save(update_fields=["ended_at"])
        held.record("article.usable", by=PROVIDER, data=_told(row))
    if new or over:
        keep_flags(held, by=PROVIDER)


def _told(row: Cancellation) -> dict[str, object]:
    return {"article": row.article_id, "cancellation": row.pk}


def note_cancellation(held: Held, row: Cancellation, note: str, *, by: Actor, user: User | None) -> Cancellation:
    """Somebody says what the cancellation means for the claim.

    Where the claim was merged, the one that stays for it is held beside it, and its flag follows too.
    Raises `RoleMissing`, `ReasonMissing`, and `ActionNotPossible` also when it is noted, or usable again.
    """
    check_comparer(by.roles, held.claim)
    if user is None:
        raise RoleMissing("A key judges no cancelled article.")
    words = because(note, "note", 600)
    row = Cancellation.objects.select_related("article").get(pk=row.pk)
    if row.noted_at is not None:
        raise ActionNotPossible(f"{row.noted_by} has noted this already: “{row.note}”")
    if row.ended_at is not None:
        raise ActionNotPossible("Its provider has made the article usable again. There is nothing to note.")
    row.noted_at, row.noted_by, row.noted_by_user, row.note = held.now, by.name, user, words
    row.save(update_fields=["noted_at", "noted_by", "noted_by_user", "note"])
    held.record("article.judge", by=by, reason=words, data=_told(row))
    for rests in filter(None, (held, held.other)):
        keep_flags(rests, by=PROVIDER)
    return row
