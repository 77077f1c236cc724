"""Moments, days and time zones in forms: by which clock they are read, and what is not guessed."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta, tzinfo
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.forms.utils import to_current_timezone
from django.utils.dateformat import format as date_in
from django.utils.functional import lazy
from django.utils.text import format_lazy
from django.utils.timezone import get_current_timezone, get_current_timezone_name
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import INPUT_CLASSES

from claims.deadlines import Precision, aware, zone_named
from claims.errors import Invalid
from claims.timewords import is_once

SAY_MOMENT = gettext_lazy("Write a date and a time, for example 2026-11-27 18:00.")
TO_THE_SECOND = "%Y-%m-%dT%H:%M:%S"
YOUR_CLOCK = format_lazy(gettext_lazy("Your time zone: {zone}"), zone=lazy(get_current_timezone_name, str)())
OR_UTC = gettext_lazy("Or write it in UTC, and name UTC as its zone.")
SAY_ZONE = gettext_lazy("Name the time zone, for example Europe/Kyiv.")
Window = tuple[date | datetime, date | datetime]
NOT_ONCE = "ambiguous_timezone"  # as Django calls it
_DAY = re.compile(r"\d{4,}-\d\d-\d\d")


class LocalMoment(forms.TextInput):
    """A moment without its zone, which another field says. The browser drops a day without a time from such a field."""

    def __init__(self) -> None:
        super().__init__(attrs={"type": "datetime-local"})

    def format_value(self, value: Any) -> str | None:
        """The words as the browser keeps them: a day begins at 00:00."""
        words: str | None = super().format_value(value)
        return f"{words}T00:00" if words and _DAY.fullmatch(words) else words


class LocalMomentField(forms.CharField):
    """Its words ("2026-11-27T18:00"), or the day alone, as a browser sends what is known to the day."""

    widget = LocalMoment

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether somebody chose another day or time than they were shown."""
        shown, sent = str(initial or ""), str(data or "")
        return sent != (shown[:10] if _DAY.fullmatch(sent) else shown)

    def in_words(self, value: Any) -> str:
        """As somebody reads it; the day alone where that has no time of its own."""
        if not value:
            return ""
        moment = datetime.fromisoformat(value)
        return date_in(moment, "j F Y" if f"{moment:%H:%M}" in {"00:00", "23:59"} else "j F Y, H:i")


def local_moment(words: str, zone: str) -> datetime:
    """The moment that clocks in `zone` (IANA name) call `words` ("2026-11-27T18:00").

    Raises `Invalid` for words that are no time of a clock, for a time that the clocks there skip or show twice, and for
    one outside the years we keep.
    """
    there = ZoneInfo(str(zone_named(zone)))
    try:
        shown = datetime.fromisoformat(words.strip())
    except ValueError as unreadable:
        raise Invalid(str(SAY_MOMENT)) from unreadable
    if shown.tzinfo is not None:
        raise Invalid(str(SAY_MOMENT))
    moment = shown.replace(tzinfo=there)
    aware(moment)
    if not is_once(moment):
        raise Invalid(f"{not_once(shown, there)} {OR_UTC}")
    return moment


def not_once(shown: datetime, there: tzinfo) -> str:
    """What to change of a time that the clocks skip in spring or show twice in autumn: nobody knows which is meant."""
    said = _("The clocks of %(zone)s skip %(time)s on %(day)s. Choose a time before or after.")
    once, again = (shown.replace(tzinfo=there, fold=fold).utcoffset() or timedelta() for fold in (0, 1))
    if once > again:
        said = _("%(time)s comes twice on %(day)s in %(zone)s. Choose a time outside that hour.")
    return said % {"zone": there, "time": f"{shown:%H:%M}", "day": date_in(shown, "j F Y")}


def local_day(words: str) -> date:
    """A day as a date field gives it ("2026-11-27"). Raises `Invalid`."""
    try:
        return date.fromisoformat(words.strip()[:10])
    except ValueError as unreadable:
        raise Invalid(_("Write a date, for example 2026-11-27.")) from unreadable


def window(words: tuple[str, str], precision: Precision, zone: str, pointer: str) -> Window:
    """First and last of an own date's window as `deadlines.own_date` takes them.

    Raises `Invalid` at the pointer, for a zone that there is none of at its `/zone`.
    """
    try:
        zone_named(zone)
    except Invalid as refused:
        raise refused.at(f"{pointer}/zone") from None
    try:
        if precision == Precision.MINUTE:
            return local_moment(words[0], zone), local_moment(words[1], zone)
        return local_day(words[0]), local_day(words[1])
    except Invalid as refused:
        raise refused.at(pointer) from None


class MomentField(forms.DateTimeField):
    """A moment on the reader's clock, in the years we keep. One that it does not show exactly once is never guessed.

    What stood there and was left alone stays, also where the clocks show it twice: nobody is asked which they meant.
    """

    def to_python(self, value: Any) -> datetime | None:
        """The moment that is named; of one that the clocks skip or show twice the first, which `validate` refuses."""
        try:
            return super().to_python(value)
        except forms.ValidationError as refused:
            if refused.code != NOT_ONCE or refused.params is None:
                raise
            named: datetime = refused.params["datetime"]
            return named.replace(tzinfo=get_current_timezone())

    def validate(self, value: datetime | None) -> None:
        super().validate(value)
        if value is None:
            return
        try:
            aware(value)
        except Invalid as refused:
            raise forms.ValidationError(refused.message, code=refused.code) from refused
        if not is_once(value):
            raise forms.ValidationError(not_once(value.replace(tzinfo=None), get_current_timezone()), code=NOT_ONCE)

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether the page showed another time: of two moments in a doubled hour it shows the same."""
        try:
            shown, sent = (moment and to_current_timezone(moment) for moment in map(self.to_python, (initial, data)))
        except forms.ValidationError:
            return True
        return bool(shown != sent)

    def _clean_bound_field(self, bf: forms.BoundField) -> datetime | None:
        stays: datetime | None
        try:
            stays = self.clean(bf.data)
        except forms.ValidationError as refused:
            if refused.code != NOT_ONCE or bf.name in bf.form.changed_data or not isinstance(bf.initial, datetime):
                raise
            stays = bf.initial
        return stays


def moment_field(label: Any, *, empty: Any = SAY_MOMENT, help_text: Any = "", **more: Any) -> MomentField:
    """A moment on the reader's clock, which the field names. `empty` is what is said when it is missing."""
    widget = forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"})
    formats = ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S"]
    said = {"required": empty, "invalid": SAY_MOMENT}
    told = format_lazy("{0} {1}", help_text, YOUR_CLOCK) if help_text else YOUR_CLOCK
    return MomentField(label=label, widget=widget, input_formats=formats, error_messages=said, help_text=told, **more)


def theme_moment_field(label: Any, **more: Any) -> MomentField:
    """The same in a form of the theme; with seconds, so that nothing is changed that nobody changes."""
    field = moment_field(label, **more)
    field.widget.format = TO_THE_SECOND
    field.widget.attrs["class"] = " ".join(INPUT_CLASSES)
    return field


def zone_field(**more: Any) -> forms.CharField:
    """An IANA time zone, written or chosen from the list the page carries."""
    label, widget = more.pop("label", gettext_lazy("Time zone")), forms.TextInput(attrs={"list": "zones"})
    return forms.CharField(label=label, max_length=64, widget=widget, error_messages={"required": SAY_ZONE}, **more)


@cache
def zone_names() -> list[str]:
    """What the list of time zones offers. Looked up once: it reads hundreds of files."""
    return sorted(
        name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "posix", "right"))
    )
