"""What somebody must not find: words that stand nowhere else, and a claim that is full of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.test import Client

from claims.models import Article, Claim, Desk, User
from claims.services.sweep import raise_due_flags
from reviews.models import Reviewer
from reviews.services.notices import tell
from tests import factories as make
from tests.blindness.routes import Seen
from tests.signing import browser_of_staff

CANARY = "Zinnober"


def browser(user: User) -> Client:
    return browser_of_staff(user)


def with_words(seen: Iterable[Seen], words: str) -> list[str]:
    return [one.address for one in seen if words in one.text]


def said_by_an_article(desk: Desk, reviewer: Reviewer) -> Claim:
    """A claim of this desk, with this reviewer on it, from an article of another desk.

    In review, late, its date passed, with evidence: everything that pages, lists, numbers and letters tell of.
    """
    text = f"{make.TEXT}\n\n{CANARY} denies it."
    taken = make.an_article(desk=make.a_desk(), headline=f"{CANARY} may go", text=text)
    quote, editor = make.a_quote(taken.revision, f"{CANARY} denies it."), make.an_editor(desk)
    own = make.dated(make.ahead(days=1))
    claim = make.a_claim(desk, by=editor, quote=quote, statement=f"{CANARY} goes.", own=own)
    make.evidence_for(claim, title=f"{CANARY} at the harbour")
    make.put_on(claim, reviewer, editor)
    make.start(claim, reviewer)
    past = make.now() - timedelta(minutes=5)
    dates = {"review_due_at": past, "confirm_from": past - timedelta(minutes=1), "confirm_by": past}
    Claim.objects.filter(pk=claim.pk).update(**dates)
    raise_due_flags()
    tell(list(claim.events.all()))
    return make.fresh(claim)


def under_embargo(claim: Claim) -> Article:
    """Put the article that says it under embargo, as its provider may do at any time."""
    article = Article.objects.get(revisions__appearances__claim=claim)
    article.embargo_until = make.ahead(hours=2)
    article.save(update_fields=["embargo_until"])
    return article
