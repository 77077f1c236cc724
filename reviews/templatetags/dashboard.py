"""Template tags of the dashboard: figures that are links, and the words only it needs."""

from __future__ import annotations

from datetime import datetime

from django import template
from django.template import Context
from django.utils import timezone
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import pgettext

from claims import timewords
from claims.models import Claim
from claims.templatetags.claimdesk import count, page_now
from claims.verdicts import Outcome
from claims.wordings import count_words
from reviews.dashboard.links import claim_address, step_address
from reviews.dashboard.panels import Figure
from reviews.dashboard.shares import share_words
from reviews.trackrecord import Share

register = template.Library()


@register.simple_tag
def figure_link(figure: Figure, whose: str) -> SafeString:
    """A figure in a table as a link to its claims, named in full for those who hear it: "World, Late 3"."""
    return format_html(
        '<a href="{}"><span class="cd-vh">{}, {} </span>{}</a>', figure.link, whose, figure.title, count(figure.count)
    )


@register.simple_tag
def share_link(confirmed: tuple[Figure, Share | None], whose: str) -> SafeString:
    """ "64%, 52 to 75" as a link to the claims that make the share."""
    figure, share = confirmed
    words = '<a href="{}"><span class="cd-vh">{}, {} </span>{}</a>'
    return format_html(words, figure.link, whose, figure.title, share_words(share))


@register.simple_tag
def quoted_links(quoted: tuple[Figure, Figure], whose: str) -> str:
    """ "52 of 58", both links; a dash where nothing was checked."""
    accurate, checked = quoted
    if not checked.count:
        return "–"
    of = pgettext("part of a whole", "of")
    return format_html("{} {} {}", figure_link(accurate, whose), of, figure_link(checked, whose))


@register.simple_tag(takes_context=True)
def away(context: Context, until: datetime) -> str:
    """ "Away until Tue 1 Dec"."""
    return timewords.away_words(until, page_now(context), timezone.get_current_timezone())


@register.simple_tag(takes_context=True)
def page_link(context: Context, number: int) -> str:
    """The address of another page of the same list."""
    given = {name: value for name, value in context["request"].GET.items() if name not in {"page", "was"}}
    return "?" + urlencode({**given, "page": number})


@register.simple_tag(takes_context=True)
def in_own_zone(context: Context) -> str:
    """The address of this page with times on its reader's own clock; "" where that is the clock they are on."""
    own = context["user"].zone
    if own == context["reading"].filters.zone:
        return ""
    given = {name: value for name, value in context["request"].GET.items() if name != "was"}
    return "?" + urlencode({**given, "zone": own})


@register.filter
def claim_page(claim: Claim) -> str:
    """The address of a claim's page."""
    return claim_address(claim.pk)


@register.filter
def claim_step(claim: Claim, step: str) -> str:
    """The address of a step's dialog for a claim."""
    return step_address(claim.pk, step)


@register.filter
def outcome_words(outcome: str) -> str:
    """What became of a dated claim, in words."""
    return str(Outcome(outcome).label)


@register.filter
def shortened(number: int) -> str:
    """A count where a drawing has no room for its digits: "12.4 k"."""
    return count_words(number)
