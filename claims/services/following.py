"""Follows the quotes of an article into its later texts, and lets a person note that a change was compared.

A later text leaves a row behind (`Following`); a periodic pass takes such rows and looks at every claim that quotes an
earlier text, each under its own lock and once. It may run twice, at once, or be stopped anywhere. A claim that is made
on an earlier text is looked at when it is made: it holds the article meanwhile, so that either it sees a text that is
coming in, or the pass after that text sees the claim.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db import connection
from django.db.models import Max, QuerySet

from claims.actors import Actor, rule
from claims.errors import ActionNotPossible, RoleMissing
from claims.lifecycle import Role, State
from claims.models import Appearance, ArticleRevision, Claim, Following, RevisedPassage, User
from claims.models.prepared import Repeated
from claims.models.worded import worded
from claims.passages import Fate, Followed, Laid, follow, same_words
from claims.services.linkflags import keep_flags
from claims.services.onebyone import one_by_one
from claims.services.steps import because
from claims.services.transitions import Held, database_time, locked

FOLLOWER = rule("following of quotes")
COMPARERS = frozenset({Role.ON_IT, Role.ADJUDICATOR, Role.REVIEWER, Role.EDITOR})
BATCH = 20
QUOTED_ARTICLES = Repeated("""
SELECT canceled_at FROM claims_article
WHERE id IN (SELECT article_id FROM claims_appearance JOIN claims_articlerevision AS revision
             ON revision.id = revision_id WHERE claim_id = %s)
ORDER BY id FOR SHARE
""")


def follow_revisions(batch: int = BATCH) -> int:
    """Follow quotes into the texts that came in, at most `batch` of them; answers how many claims were looked at."""
    waiting = Following.objects.filter(finished_at__isnull=True).order_by("pk")
    return one_by_one(waiting, _follow, batch=batch, failed="quotes_not_followed")


def _follow(following: Following) -> int:
    revision = ArticleRevision.objects.only("article", "number").get(pk=following.pk)
    earlier = Appearance.objects.filter(revision__article=revision.article_id, revision__number__lt=revision.number)
    claims = list(earlier.order_by("claim").values_list("claim", flat=True).distinct())
    laid: dict[int, Laid] = {}
    for number in claims:
        with locked(number) as held:
            follow_quotes(held, laid)
    for number in staying_for(claims):
        with locked(number) as held:
            keep_flags(held, by=FOLLOWER)
    Following.objects.filter(pk=following.pk, finished_at__isnull=True).update(finished_at=database_time())
    return len(claims)


def staying_for(merged: Sequence[int]) -> Sequence[int]:
    """The claims that stay for those of these that were merged: there a changed quote of one of them is flagged."""
    staying = Claim.objects.staying_for(merged).exclude(state=State.DISMISSED)
    return list(staying.order_by("pk").values_list("pk", flat=True))


def follow_new_quotes(held: Held) -> bool:
    """Look at the quotes of a claim that is being made, where their article has a later text already.

    Answers whether one of the articles is cancelled: then that is to be looked at, too.
    """
    with connection.cursor() as cursor:
        cursor.execute(*QUOTED_ARTICLES.with_values(connection, [held.claim.pk]))
        canceled = any(moment is not None for (moment,) in cursor.fetchall())
    follow_quotes(held, {})
    return canceled


def follow_quotes(held: Held, laid: dict[int, Laid]) -> None:
    """Compare every quote of the held claim with the newest text of its article, and keep the flag true.

    `laid` keeps texts by the number of their revision from one claim to the next.
    """
    later = (quote for quote in _quotes(held.claim.pk) if _number(quote) > quote.revision.number)
    found = [_found(held, quote, _number(quote), laid) for quote in later]
    if any(found):
        keep_flags(held, by=FOLLOWER)


@worded
def _quotes(claim: int) -> QuerySet[Appearance]:
    quotes = Appearance.objects.filter(claim=claim).select_related("revision").defer("revision__text")
    return quotes.annotate(newest=Max("revision__article__revisions__number")).order_by("pk")


def _number(quote: Appearance) -> int:
    return quote.newest  # type: ignore[attr-defined,no-any-return]  # annotated


def _found(held: Held, quote: Appearance, newest: int, laid: dict[int, Laid]) -> bool:
    """Write down what the newest text makes of a quote, unless that is what was known. Answers whether it is new."""
    revision = ArticleRevision.objects.defer("text").get(article=quote.revision.article_id, number=newest)
    last = (
        RevisedPassage.objects.filter(appearance=quote).select_related("revision").order_by("-revision__number").first()
    )
    if last is not None and last.revision.number >= newest:
        return False
    old, new = (_laid(one, laid) for one in (quote.revision, revision))
    found = follow(old, new, quote.start, quote.end)
    if _known(last, found, new):
        return False
    after = found.after or (None, None)
    passage = RevisedPassage.objects.create(
        appearance=quote,
        revision=revision,
        fate=found.fate,
        before_start=found.before[0],
        before_end=found.before[1],
        after_start=after[0],
        after_end=after[1],
        found_at=held.now,
    )
    known_since = min(revision.fetched_at, held.now)
    told = {**_told(passage, quote), "fate": str(found.fate)}
    held.record("article.changed", by=FOLLOWER, data=told, occurred_at=known_since)
    return True


def _laid(revision: ArticleRevision, laid: dict[int, Laid]) -> Laid:
    if revision.pk not in laid:
        laid[revision.pk] = Laid(revision.text)
    return laid[revision.pk]


def _known(last: RevisedPassage | None, found: Followed, new: Laid) -> bool:
    """Whether the newest text says nothing new: it reads as quoted, or as it did when it was last looked at."""
    if last is None or last.fate != found.fate:
        return last is None and found.fate == Fate.SAME
    return same_words(last.after, new.text[slice(*found.after)] if found.after else "")


def _told(passage: RevisedPassage, quote: Appearance) -> Mapping[str, object]:
    """What events say of a passage: where it is, never its words."""
    return {
        "passage": passage.pk,
        "article": quote.revision.article_id,
        "quoted": quote.revision.number,
        "revision": passage.revision.number,
    }


def check_comparer(roles: frozenset[Role], claim: Claim) -> None:
    """Whether somebody may note a comparison on this claim. Raises `RoleMissing`, `ActionNotPossible`.

    One that was merged into another still holds quotes of it, so those are compared where they are.
    """
    if not COMPARERS & roles:
        raise RoleMissing("What an article says now is compared by the reviewers and editors of the claim's desk.")
    if claim.state == State.DISMISSED and claim.duplicate_of_id is None:
        raise ActionNotPossible("This claim is Dismissed. Restore it before comparing its article.")


def note_passage(held: Held, passage: RevisedPassage, note: str, *, by: Actor, user: User | None) -> RevisedPassage:
    """Somebody has compared a passage with what stands for it now, and says what it means for the claim.

    Where the claim was merged, the one that stays for it is held beside it, and its flag follows too.
    Raises `RoleMissing`, `ReasonMissing`, and `ActionNotPossible` also when nothing is left to compare.
    """
    check_comparer(by.roles, held.claim)
    if user is None:
        raise RoleMissing("A key compares nothing.")
    words = because(note, "note", 600)
    row = RevisedPassage.objects.select_related("appearance__revision", "revision").get(pk=passage.pk)
    if row.noted_at is not None:
        raise ActionNotPossible(f"{row.noted_by} has noted this already: “{row.note}”")
    if not RevisedPassage.objects.to_compare().filter(pk=row.pk).exists():
        raise ActionNotPossible("The article has changed again since. Compare its newest text.")
    row.noted_at, row.noted_by, row.noted_by_user, row.note = held.now, by.name, user, words
    row.save(update_fields=["noted_at", "noted_by", "noted_by_user", "note"])
    held.record("article.compare", by=by, reason=words, data=_told(row, row.appearance))
    for rests in filter(None, (held, held.other)):
        keep_flags(rests, by=FOLLOWER)
    return row
