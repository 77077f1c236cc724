"""Forms of the set-up that stay open while others write: nothing of theirs is written over before it was read.

The page carries, signed, a mark of every field and of every row beneath as they were shown. What stands otherwise when
the page is sent is told at its field and nothing is written; the answer carries the marks of now, so that whoever has
read it may save again. What a person left alone shows what stands there now, and stays so: only what they changed
themselves takes the place of anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django import forms
from django.contrib.auth.forms import ReadOnlyPasswordHashField
from django.core import signing
from django.core.exceptions import ValidationError
from django.db import connection
from django.forms.formsets import DEFAULT_MAX_NUM
from django.http import HttpRequest, QueryDict
from django.utils.crypto import salted_hmac
from django.utils.text import capfirst
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from claims.timewords import clock

MARKS = "shown"
SALT = "claimdesk.admin.shown"
WRITTEN = gettext_lazy("Somebody else wrote here meanwhile: %(words)s. Saved again, yours takes its place.")
STAYS = gettext_lazy("Somebody else wrote here meanwhile: %(words)s. You changed nothing here, so it stays.")
ROWS_WRITTEN = gettext_lazy(
    "%(rows)s: somebody else changed these meanwhile; now there: %(words)s. Saved again, only what you changed "
    "yourself takes the place of theirs."
)
NOT_SHOWN = ""  # the mark of a field that a page did not show
Marks = Mapping[str, str]
Fields = Iterable[forms.BoundField]


@dataclass
class Brought:
    """What somebody sent, over what stands there by now; and the marks of now.

    `told` is what somebody else wrote, by field or by the prefix of rows; `beneath` where both changed a field of a
    row, by its name in the page.
    """

    data: QueryDict
    marks: dict[str, str]
    told: dict[str, str] = field(default_factory=dict)
    beneath: dict[str, str] = field(default_factory=dict)


def hold_page(page: str) -> None:
    """Let whoever sends the same page at this moment wait until the transaction ends: they look at what it wrote."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s), hashtext(%s))", [SALT, page])


def marks_of(form: Fields, formsets: Iterable[Any]) -> dict[str, str]:
    """The marks of a page as forms show it that nothing was sent to. They say nothing of what they are marks of."""
    marks = {one.name: _mark(one.field, _sends(one)) for one in _watched(form)}
    for formset in formsets:
        for row in formset.initial_forms:
            marks |= {_at(formset, _known(row), one.name): _mark(one.field, _sends(one)) for one in _watched(row)}
    return marks


def signed(marks: Marks) -> str:
    """The marks as the page carries them."""
    return signing.dumps(dict(marks), salt=SALT, compress=True)


def marks_in(sent: str | None) -> dict[str, str]:
    """The marks that a page came with; none, where it came with none of ours."""
    try:
        return dict(signing.loads(sent or "", salt=SALT))
    except signing.BadSignature:
        return {}


def brought_up(form: Fields, formsets: Iterable[Any], sent: QueryDict) -> Brought:
    """What was sent, brought up to what these forms show, which nothing was sent to."""
    was, beneath = marks_in(sent.get(MARKS)), list(formsets)
    brought = Brought(sent.copy(), marks_of(form, beneath))
    for now in _watched(form):
        mark = was.get(now.name, NOT_SHOWN) if was else None
        told = _bring(brought.data, now, sent.getlist(now.html_name), mark)
        if told:
            brought.told[now.name] = str(told) % {"words": in_words(now)}
    for formset in beneath:
        _bring_rows(brought, formset, sent, was)
    return brought


def brought_of(request: HttpRequest) -> Brought | None:
    """What was sent of a page that was shown, where it was."""
    return getattr(request, "claimdesk_brought", None)


def _bring(data: QueryDict, now: forms.BoundField, mine: list[str], was: str | None) -> Any:
    """Write into a field what somebody changed there, else what stands there; what to say where somebody else wrote.

    `was` is the mark of what they were shown; where that is not known, what they sent is written.
    """
    stands = _sends(now)
    wants, has = _mark(now.field, mine), _mark(now.field, stands)
    left_alone = was in {wants, NOT_SHOWN}
    _put(data, now.html_name, stands if left_alone else mine)
    if now.field.show_hidden_initial:
        _put(data, now.html_initial_name, stands)
    if was in {None, NOT_SHOWN, has}:
        return None
    if left_alone:
        return STAYS
    return WRITTEN if wants != has else None


def _put(data: QueryDict, name: str, values: list[str]) -> None:
    if values:
        data.setlist(name, values)
    else:
        data.pop(name, None)


def _bring_rows(brought: Brought, formset: Any, sent: QueryDict, was: Marks) -> None:
    """The same of the rows beneath: those that are there now, then what somebody wrote anew.

    A row that somebody else took away is one that is written anew, where it was changed here; else it stays away.
    """
    prefix, key = formset.prefix, "id"
    places = [f"{prefix}-{nth}-" for nth in range(min(_count(sent, prefix, "TOTAL"), DEFAULT_MAX_NUM))]
    shown = places[: _count(sent, prefix, "INITIAL")]
    known_by, number = _rows_in(was, prefix), formset.empty_form.fields[key]
    sent_as = {place: sent.getlist(f"{place}{key}") for place in shown}
    mine = {known_by.get(_mark(number, sent_as[place]), "".join(sent_as[place])): place for place in shown}
    for name in [name for name in sent if name.startswith(tuple(places))]:
        del brought.data[name]
    others = bool(was) and set(map(_known, formset.initial_forms)) != set(known_by.values())
    for row in formset.initial_forms:
        place = mine.pop(_known(row), None)
        for now in row:
            mark = NOT_SHOWN if place is None or now.name == key else was.get(_at(formset, _known(row), now.name))
            told = _bring(brought.data, now, sent.getlist(f"{place}{now.name}"), mark)
            others = others or told is not None
            if told is WRITTEN:
                brought.beneath[now.html_name] = str(told) % {"words": in_words(now)}
    anew = [place for known, place in mine.items() if _is_changed(formset, known, place, sent, was)]
    _append(brought.data, formset, sent, [*anew, *places[len(shown) :]])
    for nth in range(len(anew)):
        brought.data[f"{prefix}-{len(formset.initial_forms) + nth}-{key}"] = ""
    if others:
        words = ", ".join(str(row.instance) for row in formset.initial_forms) or _("nothing")
        named = capfirst(formset.model._meta.verbose_name_plural)  # noqa: SLF001 - Django documents it
        brought.told[prefix] = str(ROWS_WRITTEN) % {"rows": named, "words": words}


def _is_changed(formset: Any, known: str, place: str, sent: QueryDict, was: Marks) -> bool:
    """Whether somebody changed a row that is not there any more."""
    return any(
        was.get(_at(formset, known, one.name)) != _mark(one.field, sent.getlist(f"{place}{one.name}"))
        for one in _watched(formset.empty_form)
    )


def _append(data: QueryDict, formset: Any, sent: QueryDict, places: Sequence[str]) -> None:
    """Put the rows at these places after those that are there."""
    kept = len(formset.initial_forms)
    for nth, place in enumerate(places, kept):
        for name in (name for name in sent if name.startswith(place)):
            data.setlist(name.replace(place, f"{formset.prefix}-{nth}-", 1), sent.getlist(name))
    data[f"{formset.prefix}-INITIAL_FORMS"] = str(kept)
    data[f"{formset.prefix}-TOTAL_FORMS"] = str(kept + len(places))


def _known(row: Any) -> str:
    """What a row beneath is known by; a step of a ladder by its key, as every change writes all of them anew."""
    return str(getattr(row.instance, "key", row.instance.pk))


def _at(formset: Any, known: str, name: str) -> str:
    """What the mark of a field in a row goes by."""
    return f"{formset.prefix}:{known}:{name}"


def _rows_in(was: Marks, prefix: str) -> dict[str, str]:
    """What the rows beneath that a page showed were known by, by the marks of their numbers."""
    rows = (name.split(":") for name in was if name.startswith(f"{prefix}:"))
    return {was[f"{prefix}:{known}:{name}"]: known for _prefix, known, name in rows if name == "id"}


def _count(sent: QueryDict, prefix: str, which: str) -> int:
    return _whole(sent.get(f"{prefix}-{which}_FORMS", ""))


def _whole(words: str) -> int:
    return int(words) if words.isascii() and words.isdigit() and len(words) < 18 else 0


class TellsOvertaken(forms.BaseForm):
    """A form of what was brought up to now, refused with what somebody else wrote since it was shown."""

    brought: Brought

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(data and self.brought.data, *args, **kwargs)

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]  # Django's own hook, without a type
        for name, words in self.brought.told.items():
            self.add_error(name if name in self.fields else None, words)


def telling(form: Any, brought: Brought) -> Any:
    """The same form, refused with what somebody else wrote."""
    made: Any = type(form.__name__, (TellsOvertaken, form), {"brought": brought, "__module__": form.__module__})
    made.base_fields = form.base_fields  # Django has made them anew, in its own words
    return made


def in_words(shown: forms.BoundField) -> str:
    """What stands in a field, as somebody reads it."""
    value, field = shown.initial, shown.field
    if isinstance(field, forms.ModelMultipleChoiceField):
        words = ", ".join(map(str, value or ()))
    elif isinstance(field, forms.ModelChoiceField):
        words = str(field.to_python(value) or "")
    elif isinstance(value, bool):
        words = _("yes") if value else _("no")
    elif isinstance(value, datetime):
        words = clock(localtime(value), "j F Y, H:i")
    elif isinstance(value, list | tuple):
        words = ", ".join(_label(field, one) for one in value)
    else:
        words = _label(field, value) if value is not None else ""
    return words or _("nothing")


def _label(field: forms.Field, value: Any) -> str:
    choices: Any = field.choices if isinstance(field, forms.ChoiceField) else ()
    return str(next((words for key, words in choices if str(key) == str(value)), value))


def _watched(form: Fields) -> Iterator[forms.BoundField]:
    """What somebody can change here. Of a password its page shows nothing that was typed."""
    return (one for one in form if not one.field.disabled and not isinstance(one.field, ReadOnlyPasswordHashField))


def _sends(shown: forms.BoundField) -> list[str]:
    """What a browser sends of a field that nobody touches."""
    widget: Any = getattr(shown.field.widget, "widget", shown.field.widget)  # Django wraps the choice of a row
    value = shown.field.prepare_value(shown.initial)
    if isinstance(widget, forms.CheckboxInput):
        return ["on"] if widget.check_test(value) else []
    written = widget.format_value(value)
    return [str(one) for one in written] if isinstance(written, list) else ["" if written is None else str(written)]


def _mark(field: forms.Field, sent: list[str]) -> str:
    """The mark of what was sent for a field, however it was written: 9:00 and 09:00:00 are the same."""
    said: Any = sorted(filter(None, sent))
    if not isinstance(field, forms.ChoiceField):
        with suppress(ValidationError):
            said = field.to_python(sent[-1].replace("\r\n", "\n") if sent else None)
    return salted_hmac(SALT, repr(said)).hexdigest()[:16]
