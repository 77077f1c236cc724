"""Forms of the set-up that stay open while others write: nothing of theirs is written over before it was read.

The page carries, signed, a mark of every field and of every row beneath as they were shown. What stands otherwise when
the page is sent is told at its field and nothing is written; the answer carries the marks of now, so that whoever has
read it may save again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.contrib.auth.forms import ReadOnlyPasswordHashField
from django.core import signing
from django.db import connection
from django.db.models import Model, QuerySet
from django.forms.formsets import DEFAULT_MAX_NUM
from django.http import QueryDict
from django.utils.crypto import salted_hmac
from django.utils.text import capfirst
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from claims.timewords import clock

MARKS = "shown"
SALT = "claimdesk.admin.shown"
WRITTEN = gettext_lazy("Somebody else wrote here meanwhile: %(words)s. Saved again, yours takes its place.")
ROWS_WRITTEN = gettext_lazy(
    "%(rows)s: somebody else changed these meanwhile; now there: %(words)s. Saved again, yours take their place; "
    "open the page anew to keep theirs."
)
Marks = Mapping[str, str]


def hold_page(page: str) -> None:
    """Let whoever sends the same page at this moment wait until the transaction ends: they look at what it wrote."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s), hashtext(%s))", [SALT, page])


def marks_of(form: forms.BaseForm, formsets: Iterable[Any]) -> dict[str, str]:
    """The marks of a page as forms show it that nothing was sent to. They say nothing of what they are marks of."""
    marks = {shown.name: _mark(_value(shown)) for shown in _watched(form)}
    return marks | {formset.prefix: _mark(_rows(formset)) for formset in formsets}


def signed(marks: Marks) -> str:
    """The marks as the page carries them."""
    return signing.dumps(dict(marks), salt=SALT, compress=True)


def marks_in(sent: str | None) -> dict[str, str]:
    """The marks that a page came with; none, where it came with none of ours."""
    try:
        return dict(signing.loads(sent or "", salt=SALT))
    except signing.BadSignature:
        return {}


def overtaken(form: forms.BaseForm, formsets: Iterable[Any], was: Marks, now: Marks) -> dict[str, str]:
    """What stands otherwise than it was shown, by field, or by the prefix of rows, with what stands there now."""
    changed = {name for name, mark in now.items() if was.get(name, mark) != mark}
    told = {one.name: str(WRITTEN) % {"words": in_words(one)} for one in _watched(form) if one.name in changed}
    for formset in (one for one in formsets if one.prefix in changed):
        words = ", ".join(str(row.instance) for row in formset.initial_forms) or _("nothing")
        named = capfirst(formset.model._meta.verbose_name_plural)  # noqa: SLF001 - Django documents it
        told[formset.prefix] = str(ROWS_WRITTEN) % {"rows": named, "words": words}
    return told


def gone_made_anew(sent: QueryDict, prefix: str, kind: type[Model]) -> QueryDict:
    """What was sent, with each row beneath that somebody else took away since as a new one, after those that stay."""
    key = kind._meta.pk.name  # noqa: SLF001 - Django documents it
    rows = [f"{prefix}-{nth}-" for nth in range(min(_count(sent, prefix, "TOTAL"), DEFAULT_MAX_NUM))]
    shown = rows[: _count(sent, prefix, "INITIAL")]
    numbers = {row: _whole(sent.get(f"{row}{key}", "")) for row in shown}
    there = set(QuerySet(kind).filter(pk__in=numbers.values()).values_list("pk", flat=True))
    gone = [row for row, number in numbers.items() if number and number not in there]
    if not gone:
        return sent
    made = QueryDict(mutable=True)
    for name in (name for name in sent if not name.startswith(tuple(rows))):
        made.setlist(name, sent.getlist(name))
    made[f"{prefix}-INITIAL_FORMS"] = str(len(shown) - len(gone))
    for place, row in zip(rows, sorted(rows, key=gone.__contains__), strict=True):
        for name in (name for name in sent if name.startswith(row)):
            made.setlist(name.replace(row, place, 1), sent.getlist(name))
        if row in gone:
            made[f"{place}{key}"] = ""
    return made


def _count(sent: QueryDict, prefix: str, which: str) -> int:
    return _whole(sent.get(f"{prefix}-{which}_FORMS", ""))


def _whole(words: str) -> int:
    return int(words) if words.isascii() and words.isdigit() and len(words) < 18 else 0


class TellsOvertaken:
    """A form that is refused with what somebody else wrote since it was shown."""

    overtaken: Mapping[str, str] = {}

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]  # Django's own hook, without a type
        for name, words in self.overtaken.items():
            self.add_error(name if name in self.fields else None, words)  # type: ignore[attr-defined]  # of the form


def telling(form: Any, told: Mapping[str, str]) -> Any:
    """The same form, refused with these sentences."""
    made: Any = type(form.__name__, (TellsOvertaken, form), {"overtaken": told, "__module__": form.__module__})
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
    choices = dict(field.choices) if isinstance(field, forms.ChoiceField) else {}  # type: ignore[arg-type]  # in a row
    return str(choices.get(value, value))


def _watched(form: forms.BaseForm) -> Iterator[forms.BoundField]:
    """What somebody can change here. Of a password its page shows nothing that was typed."""
    return (one for one in form if not one.field.disabled and not isinstance(one.field, ReadOnlyPasswordHashField))


def _value(shown: forms.BoundField) -> Any:
    return shown.field.prepare_value(shown.initial)


def _rows(formset: Any) -> list[tuple[Any, ...]]:
    """Each row beneath that is kept, with what it says."""
    return [(row.instance.pk, *(_value(one) for one in row)) for row in formset.initial_forms]


def _mark(value: Any) -> str:
    return salted_hmac(SALT, repr(value)).hexdigest()[:16]
