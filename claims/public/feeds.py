"""What machines subscribe to: every published verdict as data, verdicts and corrections as Atom."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from claims.api.preconditions import mark_of, tag
from claims.exports import atom, claimreview
from claims.exports.atom import Category, Entry, Feed, Gone
from claims.exports.check import Check, checks, marked
from claims.exports.site import Site
from claims.exports.told import Told
from claims.models import Decision, Publication
from claims.models.publication import PublicationQuerySet
from claims.public import published
from claims.public.answers import known, public, site_of, validated
from claims.public.published import every_check, moment_of, public_state, stretch

PAGE = 50
FORM = 1  # raise it when the feed says the same in another form, so that nobody keeps the former one
_Telling = Callable[[Sequence[Publication], Site], list[Entry | Gone]]


@require_safe
def claim_reviews(request: HttpRequest) -> HttpResponseBase:
    """Every published verdict as a DataFeed of ClaimReview; what was withdrawn stays as its address and when."""
    site, state = site_of(request), public_state()
    tag_now = tag(mark_of(repr((FORM, site, state)).encode()))
    answer = known(request, tag_now, state.changed)
    if answer is None:
        items = (claimreview.feed_item(check, site) for check in every_check())
        parts = claimreview.parts_of_feed(claimreview.feed_head(site, state.changed), items)
        whole = StreamingHttpResponse(parts, content_type=claimreview.MEDIA_TYPE)
        answer = validated(whole, tag_now, state.changed)
    return answer


@require_safe
def verdicts(request: HttpRequest) -> HttpResponseBase:
    """Published verdicts, the last one first. A withdrawn one is a deleted entry."""
    return _answered(request, "verdicts", _("Verdicts"), Publication.objects.holding(), _told)


@require_safe
def corrections(request: HttpRequest) -> HttpResponseBase:
    """What was corrected and what was withdrawn, the last one first. What was withdrawn is not told again."""
    return _answered(request, "corrections", _("Corrections and withdrawals"), published.corrections(), _corrected)


def _answered(
    request: HttpRequest, name: str, title: str, rows: PublicationQuerySet, told: _Telling
) -> HttpResponseBase:
    """One page of a feed over these rows."""
    site, before = site_of(request), request.GET.get("before", "")
    found = stretch(rows, before, PAGE)
    address = f"{site.url}/feeds/{name}.atom"
    feed = Feed(
        tag=site.tag(f"feeds/{name}"),
        title=f"{site.name}: {title}",
        author=site.name,
        address=f"{address}?{urlencode({'before': before})}" if before else address,
        page=f"{site.url}/c/",
        updated=moment_of(found.rows[0]) if found.rows else atom.BEGINNING,
        further=f"{address}?{urlencode({'before': found.further})}" if found.further else "",
        entries=told(found.rows, site),
    )
    return public(request, HttpResponse(atom.written(feed), content_type=atom.MEDIA_TYPE), public_state().changed)


def _told(rows: Sequence[Publication], site: Site) -> list[Entry | Gone]:
    return [_verdict(check, site) for check in checks(rows)]


def _verdict(check: Check, site: Site) -> Entry | Gone:
    name = site.tag(f"claims/{check.claim}")
    if check.decision.withdrawn_at is not None:
        return _gone(check.decision, name)
    return Entry(
        tag=name,
        title=f"{check.verdict}: {check.told.statement}",
        summary=check.why,
        link=site.page(check.claim),
        published=check.first_published,
        updated=check.published,
        via=check.told.first.url if check.told.first else "",
        language=check.told.language,
        categories=(
            Category(f"{site.url}/ns/verdict", check.decision.so or "too_early", check.verdict),
            *(Category(f"{site.url}/ns/topic", topic, topic) for topic in check.told.topics),
        ),
    )


def _corrected(rows: Sequence[Publication], site: Site) -> list[Entry | Gone]:
    return [_correction(row, site) for row in rows]


def _correction(row: Publication, site: Site) -> Entry:
    """What was corrected, or, without a word of what it said, that it was withdrawn and why."""
    decision, told, moment = row.decision, Told.from_json(row.told), moment_of(row)
    withdrawn = decision.withdrawn_at is not None
    kind = "withdrawn" if withdrawn else decision.correction_class
    label = _("Withdrawn") if withdrawn else str(decision.get_correction_class_display())
    about = _("fact-check %(number)s") % {"number": decision.claim_id} if withdrawn else told.statement
    note = decision.withdrawn_note if withdrawn else decision.correction_note
    title = _("%(what)s: %(about)s") % {"what": label if withdrawn else _("Correction"), "about": about}
    return Entry(
        tag=site.tag(f"claims/{decision.claim_id}/decisions/{decision.number}/{kind}"),
        title=marked(title, demo=decision.is_demo),
        summary=marked(note, demo=decision.is_demo),
        link=site.page(decision.claim_id),
        published=moment,
        updated=moment,
        language="" if withdrawn else told.language,
        categories=(Category(f"{site.url}/ns/correction", kind, label),),
    )


def _gone(decision: Decision, name: str) -> Gone:
    if decision.withdrawn_at is None:
        raise ValueError(f"{decision} is not withdrawn")
    return Gone(name, decision.withdrawn_at, marked(decision.withdrawn_note, demo=decision.is_demo))
