"""Takes articles in: each once, each text frozen under its hash."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from django.db import IntegrityError, transaction
from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q, QuerySet

from claims.addresses import AddressRefused, canonical_url
from claims.deadlines import aware, zone_named
from claims.errors import ClaimDeskError, Invalid, UnusableAddress, UnusableText
from claims.models import Article, ArticleRevision, DateKnown, Desk, Following, Source, SourceKind
from claims.models.making import new
from claims.models.worded import worded
from claims.models.writing import insert
from claims.plaintext import TextRefused, clean, clean_line, one_blank, sha256_of

TEXT_LIMIT = 1_000_000
LONGEST_TAG = 16
NO_TAG = 'Write a language tag such as en or pt-BR; this says "{}".'
# RFC 5646 2.1. Of its languages only those of two or three letters are in use; no longer one was ever registered.
_TAG = re.compile(
    r"""
    [a-z]{2,3} (-[a-z]{3}){0,3}           # the language, and what extends it
    (-[a-z]{4})?                          # script
    (-([a-z]{2}|[0-9]{3}))?               # region
    (-([a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*  # variants
    (-[a-wyz0-9](-[a-z0-9]{2,8})+)*       # extensions
    (-x(-[a-z0-9]{1,8})+)? \Z             # for private use
    """,
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)

Given = TypeVar("Given")
Read = TypeVar("Read")


class AlreadyElsewhere(ClaimDeskError):
    """This article is known already, but not yours to see: it is another desk's, or under embargo.

    The same article came in for another desk, or is under embargo there, and nothing was changed. Ask that desk's
    editors; sending it again changes nothing.
    """

    code = "already_elsewhere"


@dataclass(frozen=True)
class GivenArticle:
    """An article as somebody gives it. `published_at` is aware; `published_zone` an IANA name, or empty: the outlet's.

    `text` is plain text of at most 1,000,000 code points.
    """

    outlet: str
    headline: str
    text: str
    language: str
    published_at: datetime
    published_zone: str = ""
    published_raw: str = ""
    published_known: str = DateKnown.GIVEN
    url: str = ""
    authors: Sequence[str] = ()
    desk: Desk | None = None
    embargo_until: datetime | None = None


@dataclass(frozen=True)
class TakenIn:
    """What came of it: the article and its text, and whether either is new, or the embargo of one that was known."""

    article: Article
    revision: ArticleRevision
    is_new: bool
    is_new_text: bool
    is_new_embargo: bool = False


def line(value: str, field: str, most: int, *, one: str = "") -> str:
    """One clean line. Raises `UnusableText` at the field's pointer; `one` names an item of a list there."""
    if not value:
        return ""
    try:
        return clean_line(value, field=one or field, max_length=most)
    except TextRefused as refused:
        raise UnusableText(refused.message, pointer=f"/{field}", reason=refused.code) from refused


def name_line(value: str, field: str, most: int) -> str:
    """A clean name, several blanks one and nothing unseen in it, or it would look like another and be none.

    Raises `UnusableText`.
    """
    return one_blank(line(value, field, most))


def text(value: str, field: str, most: int) -> str:
    """Clean text of several lines. Raises `UnusableText` at the field's pointer."""
    try:
        return clean(value, field=field, max_length=most)
    except TextRefused as refused:
        raise UnusableText(refused.message, pointer=f"/{field}", reason=refused.code) from refused


def language_tag(value: str, field: str) -> str:
    """A language tag (BCP 47), for example `pt-BR`. Raises `Invalid`: what is none would reach no reviewer."""
    tag = line(value, field, LONGEST_TAG)
    if not is_language_tag(tag):
        raise Invalid(NO_TAG.format(tag), pointer=f"/{field}")
    return tag


def is_language_tag(value: str) -> bool:
    """Whether it is written as a language tag is."""
    return len(value) <= LONGEST_TAG and _TAG.match(value) is not None


def address(value: str, field: str) -> str:
    """The canonical form of a link, empty when none was given. Raises `UnusableAddress`."""
    try:
        return canonical_url(value) if value.strip() else ""
    except AddressRefused as refused:
        raise UnusableAddress(refused.message, pointer=f"/{field}", reason=refused.code) from refused


def outlet_called(name: str) -> Source:
    """The outlet with this name or alias; a new one when nobody has it."""
    known = known_outlet(name)
    if known is not None:
        return known
    try:
        outlet = new(Source, name=name, kind=SourceKind.OUTLET)
        with transaction.atomic():
            insert(outlet)
    except IntegrityError:
        return Source.objects.get(name__iexact=name, kind=SourceKind.OUTLET)
    return outlet


def known_outlet(name: str) -> Source | None:
    """The outlet with this name or alias, also one of articles that was made another kind of source."""
    called = one_blank(name)
    return _outlets.one(called) or _publishers.one(called)


@worded
def _outlets(name: str) -> QuerySet[Source]:
    return Source.objects.named(name).filter(kind=SourceKind.OUTLET).order_by("pk")[:1]


@worded
def _publishers(name: str) -> QuerySet[Source]:
    return Source.objects.named(name).filter(Exists(Article.objects.filter(outlet=OuterRef("pk")))).order_by("pk")[:1]


def take_in(given: GivenArticle, *, stands_now: bool = False) -> TakenIn:
    """Keep an article. The same one again is the existing one; a changed text is a new revision of it.

    The same article is one with the same canonical link, or, without a link, the same outlet, publication time and
    headline, as it came in or as it ever was corrected. A text that it had earlier is that revision: senders repeat
    themselves, and in any order. With `stands_now` somebody says that this is what the article says now; then an
    earlier text that comes back is a new revision, as the outlet set it back, and quotes are followed into it.
    Raises `UnusableText`, `UnusableAddress`, `NaiveTime` or `Invalid`; then nothing is written.
    """
    words = _words(given.text)
    try:
        with transaction.atomic():
            return _keep(given, words, stands_now=stands_now)
    except IntegrityError:
        # Somebody took in the same article at the same moment. Theirs is there now.
        with transaction.atomic():
            return _keep(given, words, stands_now=stands_now)


def keep_text(article: Article, said: str, *, stands_now: bool) -> TakenIn:
    """Keep a later text of this very article, whatever it and its outlet are called by now.

    `stands_now` is that of `take_in`. Raises `UnusableText` or `Invalid`; then nothing is written.
    """
    words = _words(said)
    with transaction.atomic():
        return _with_text(article, words, stands_now=stands_now)


def _words(said: str) -> str:
    words = text(said, "text", TEXT_LIMIT)
    if not words.strip():
        raise Invalid("The article has no text.", pointer="/text")
    return words


def _keep(given: GivenArticle, words: str, *, stands_now: bool) -> TakenIn:
    fresh, digest = _article(given), sha256_of(words)
    known = _same(fresh, digest)
    if known is None:
        insert(fresh)
        first = new(ArticleRevision, article=fresh, number=1, text=words, sha256=digest)
        insert(first)
        return TakenIn(fresh, first, is_new=True, is_new_text=True)
    return _with_text(known, words, stands_now=stands_now)


def _with_text(known: Article, words: str, *, stands_now: bool) -> TakenIn:
    Article.objects.select_for_update(no_key=True).get(pk=known.pk)
    revision, is_new_text = _revision(known, words, stands_now=stands_now)
    return TakenIn(known, revision, is_new=False, is_new_text=is_new_text)


def _article(given: GivenArticle) -> Article:
    outlet = outlet_called(_needed(name_line(given.outlet, "outlet", 200), "outlet"))
    headline = _needed(line(given.headline, "headline", 400), "headline")
    zone = given.published_zone or outlet.zone or (given.desk.zone if given.desk else "UTC")
    placed("published_zone", zone_named, zone)
    return new(
        Article,
        outlet=outlet,
        canonical_url=address(given.url, "url"),
        headline=headline,
        first_headline=headline,
        authors=[line(author, "authors", 200) for author in given.authors],
        language=language_tag(_needed(given.language, "language"), "language"),
        published_at=placed("published_at", aware, given.published_at),
        published_raw=line(given.published_raw, "published_raw", 120),
        published_zone=zone,
        published_known=given.published_known,
        desk=given.desk,
        embargo_until=placed("embargo_until", aware, given.embargo_until) if given.embargo_until else None,
    )


def placed(field: str, read: Callable[[Given], Read], value: Given) -> Read:
    """What `read` makes of the value; a refusal is placed at the field."""
    try:
        return read(value)
    except Invalid as refused:
        raise refused.at(f"/{field}") from None


def _needed(value: str, field: str) -> str:
    if not value:
        raise Invalid("This is needed.", pointer=f"/{field}")
    return value


def _same(fresh: Article, digest: str) -> Article | None:
    """The article that this is: of several so called one with its text, else that came so called, else the first."""
    if fresh.canonical_url:
        return _articles_at.one(fresh.canonical_url)
    came = Q(first_headline=fresh.headline)
    alike = Article.objects.filter(canonical_url="", outlet=fresh.outlet, published_at=fresh.published_at)
    named = alike.filter(came | Q(headline=fresh.headline) | Q(former_headlines__contains=[fresh.headline]))
    has_text = Exists(ArticleRevision.objects.filter(article=OuterRef("pk"), sha256=digest))
    return named.order_by(has_text.desc(), ExpressionWrapper(came, BooleanField()).desc(), "pk").first()


@worded
def _articles_at(link: str) -> QuerySet[Article]:
    return Article.objects.filter(canonical_url=link).order_by("pk")[:1]


def _revision(article: Article, words: str, *, stands_now: bool) -> tuple[ArticleRevision, bool]:
    digest = sha256_of(words)
    newest = article.revisions.defer("text").order_by("-number")[0]  # an article is taken in with its first
    known = article.revisions.filter(sha256=digest).order_by("-number").first()
    if known is not None and (known == newest or not stands_now):
        return known, False
    revision = article.revisions.create(number=newest.number + 1, text=words, sha256=digest)
    Following.objects.create(revision=revision)
    return revision, True
