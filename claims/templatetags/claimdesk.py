"""Template tags of the status system: one chip, one note, one way to write a moment.

Thin: the words come from `claims.wordings` and `claims.timewords`, the look from `cd/cd.css`. A tag that depends on
time takes `now`, or the page's `now`, which a view reads once per response; only without either it reads the clock.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol

from django import template
from django.template import Context
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import pgettext

from claims import timewords, wordings

register = template.Library()
EMPTY = mark_safe("")


class DatedClaim(Protocol):
    """What `own_date` reads of a claim."""

    confirm_from: datetime | None
    confirm_by: datetime | None
    confirm_precision: str
    confirm_zone: str
    confirm_zone_basis: str


def page_now(context: Context, now: datetime | None = None) -> datetime:
    """The moment this response speaks of: given, or the page's `now`, or the clock."""
    found = now or context.get("now")
    return found if isinstance(found, datetime) else timezone.now()


@register.simple_tag
def icon(name: str, label: str | None = None, css: str = "") -> SafeString:
    """An icon of the sprite. Without `label` it is decoration and must stand beside a word."""
    address = f"{static('cd/icons.svg')}#{name}"
    classes = f"cd-i {css}".strip()
    if label:
        return format_html(
            '<svg class="{}" role="img" aria-label="{}"><use href="{}"></use></svg>', classes, label, address
        )
    return format_html('<svg class="{}" aria-hidden="true"><use href="{}"></use></svg>', classes, address)


def _chip(classes: str, icon_name: str, words: str) -> SafeString:
    return format_html('<span class="cd-chip {}">{}{}</span>', classes, icon(icon_name), words)


@register.simple_tag
def state_chip(state: str, text: str | None = None) -> SafeString:
    """A state as icon and word; `text` says more, for example "In review by you"."""
    active = " cd-chip-active" if state == "in_review" else ""
    return _chip("cd-chip-state" + active, wordings.STATE_ICONS[state], text or wordings.state_words(state))


@register.simple_tag
def state_icon(state: str) -> SafeString:
    """A state as its icon alone, with an accessible name; only for the state column of a table."""
    active = "cd-i-active" if state == "in_review" else ""
    return icon(wordings.STATE_ICONS[state], wordings.state_words(state), active)


@register.simple_tag
def verdict_chip(so: str | None) -> SafeString:
    """An answer to "Is it so?" as a tinted chip; without one, the plain chip "Too early"."""
    if not so:
        return _chip("cd-chip-note", "f-date", wordings.so_words(so))
    return _chip(f"cd-v-{so}", wordings.SO_ICONS[so], wordings.so_words(so))


@register.simple_tag
def verdict_icon(so: str, label: str | None = None) -> SafeString:
    """The silhouette of a verdict in its mark colour; with `label` when no word stands beside it."""
    return icon(wordings.SO_ICONS[so], label, f"cd-m-{so}")


@register.simple_tag
def said_chip(said: str) -> SafeString:
    """An answer to "Was it said?" as a neutral outlined chip."""
    return _chip("cd-chip-note", wordings.SAID_ICONS[said], wordings.said_words(said))


@register.simple_tag
def stance_icon(stance: str, label: str) -> SafeString:
    """What a piece of evidence does, as an icon with its name."""
    return icon(wordings.STANCE_ICONS[stance], label, f"cd-m-stance-{stance}")


@register.simple_tag(takes_context=True)
def deadline_chip(
    context: Context,
    due: datetime | None,
    now: datetime | None = None,
    warning_hours: float = 8,
    *,
    open: bool = True,  # noqa: A002 - the word of the status system
    full: bool = False,
) -> SafeString:
    """Review due as a chip: solid when late, outlined when soon, plain words otherwise.

    Empty for claims that are not open. `full` names the date and the moment too, for the head of a claim. The script
    turns the chip at the exact second, so the time it needs is kept in the chip.
    """
    if not open:
        return EMPTY
    if due is None:
        return format_html('<span class="cd-d">{}</span>', pgettext("deadline", "No review due"))
    moment = page_now(context, now)
    seen = timewords.deadline(due, moment, timedelta(hours=warning_hours))
    return format_html(
        '<span class="cd-chip cd-chip-{}" data-cd-due="{}" data-cd-warn="{}">{}<span>{}</span></span>',
        seen.kind,
        due.isoformat(),
        int(warning_hours * 3600),
        _deadline_icon(seen.kind),
        _deadline_words(seen.words, due, moment, full=full),
    )


def _deadline_icon(kind: str) -> SafeString:
    return {"late": icon("f-late"), "soon": icon("f-soon"), "plain": EMPTY}[kind]


def _deadline_words(words: str, due: datetime, now: datetime, *, full: bool) -> SafeString:
    left = format_html('<span class="cd-left">{}</span>', words)
    if not full:
        return left
    when_due = timewords.absolute(due, now, timezone.get_current_timezone())
    pattern = pgettext("deadline: due today 18:00, in 3 h 28 min", "Review due {when}, {left}")
    return format_html(pattern, when=when_due, left=left)


@register.simple_tag(takes_context=True)
def due_line(context: Context, due: datetime | None, now: datetime | None = None) -> SafeString:
    """The absolute time under a deadline chip: "today 18:00", or "was due today 09:00" once it has passed."""
    if due is None:
        return EMPTY
    moment = page_now(context, now)
    words = timewords.absolute(due, moment, timezone.get_current_timezone())
    past = pgettext("deadline", "was due %(when)s") % {"when": words}
    return format_html(
        '<time class="cd-d" datetime="{}" title="{}" data-cd-past="{}">{}</time>',
        due.isoformat(),
        timewords.in_utc(due),
        past,
        past if due < moment else words,
    )


@register.simple_tag
def note(kind: str, words: str | None = None) -> SafeString:
    """Something odd about a claim: a small icon and words, no background."""
    css = {"date_passed": " cd-note-passed", "split": " cd-note-split", "correction": " cd-note-correction"}
    return format_html(
        '<span class="cd-note{}">{}<span>{}</span></span>',
        css.get(kind, ""),
        icon(wordings.FLAG_ICONS[kind]),
        words or wordings.flag_words(kind),
    )


@register.simple_tag(takes_context=True)
def when(context: Context, moment: datetime | None, now: datetime | None = None, form: str = "both") -> SafeString:
    """A moment in the reader's zone with UTC in its title: relative and absolute, or only one of the two.

    `form` is "both", "relative", "absolute" or "day".
    """
    if moment is None:
        return EMPTY
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        moment.isoformat(),
        timewords.in_utc(moment),
        _moment_words(moment, page_now(context, now), form),
    )


def _moment_words(moment: datetime, now: datetime, form: str) -> SafeString | str:
    zone = timezone.get_current_timezone()
    if form == "absolute":
        return timewords.absolute(moment, now, zone)
    if form == "day":
        return timewords.day_words(moment, now, zone)
    relative = format_html("<span data-cd-moment>{}</span>", timewords.relative(moment, now))
    if form == "relative":
        return relative
    pattern = pgettext("moment: in 3 h, today 18:00", "{relative}, {absolute}")
    return format_html(pattern, relative=relative, absolute=timewords.absolute(moment, now, zone))


@register.simple_tag(takes_context=True)
def own_date(context: Context, claim: DatedClaim, now: datetime | None = None) -> SafeString:
    """A claim's own date with its precision, and in small print what its time zone means to the reader."""
    if claim.confirm_by is None or claim.confirm_from is None:
        return EMPTY
    words = timewords.own_date(
        claim.confirm_from,
        claim.confirm_by,
        claim.confirm_precision,
        claim.confirm_zone,
        basis=claim.confirm_zone_basis,
        reader=timezone.get_current_timezone(),
        now=page_now(context, now),
    )
    return format_html(
        '<time datetime="{}" title="{}">{}</time> <span class="cd-mut">{}</span>',
        claim.confirm_by.isoformat(),
        timewords.in_utc(claim.confirm_by),
        words.date,
        words.zone,
    )


@register.simple_tag(takes_context=True)
def own_date_note(context: Context, claim: DatedClaim, now: datetime | None = None) -> SafeString:
    """ "Its date is tomorrow", or "Date passed, unconfirmed" once it has passed. The caller knows which holds."""
    if claim.confirm_by is None:
        return EMPTY
    moment = page_now(context, now)
    if claim.confirm_by < moment:
        return note("date_passed")
    return note("date_near", timewords.own_date_note(claim.confirm_by, claim.confirm_zone, moment))


@register.filter
def duration(span: timedelta, style: str = "") -> str:
    """A span in words. `style` is "exact" (with minutes), "tile" or empty."""
    return timewords.duration(span, exact=style == "exact", tile=style == "tile")


@register.filter(expects_localtime=True)
def clock(moment: datetime, form: str = "H:i") -> str:
    """A moment as `date` writes it, for a form that ends in the time; it says which of two, where clocks show both."""
    return timewords.clock(moment, form)


@register.filter
def city(zone: str) -> str:
    """The place a zone is named after."""
    return timewords.city(zone)


@register.simple_tag
def count(number: int) -> SafeString:
    """A count; above 9,999 it is shortened and the exact value is in the title."""
    if number <= wordings.COUNT_IN_FULL:
        return format_html("{}", number)
    return format_html(
        '<data value="{}" title="{}">{}</data>',
        number,
        wordings.count_in_full(number),
        wordings.count_words(number),
    )


@register.filter
def initials(name: str) -> str:
    """The first letters of the first and last word of a name: "Mara Lindqvist" gives "ML"."""
    words = name.split()
    return "".join(word[0] for word in [*words[:1], *words[1:][-1:]]).upper()


@register.simple_tag
def came_from() -> SafeString:
    """The arrow between two steps of a chain, with a word for those who hear it. It mirrors in right-to-left text."""
    return format_html(
        '<span class="cd-ar" aria-hidden="true">\N{LEFTWARDS ARROW}</span><span class="cd-vh">{}</span>',
        pgettext("chain", " from "),
    )
