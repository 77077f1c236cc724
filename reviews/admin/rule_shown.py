"""Pages of routing rules and of desks' defaults that stay open while others write, kept as the other set-up is."""

from __future__ import annotations

import re
from collections.abc import Iterator

from django import forms
from django.http import HttpRequest, QueryDict

from claims.admin import shown
from claims.admin.forms import PlainForm
from claims.admin.shown import Brought
from reviews.admin.rule_forms import SPARE

SLOT = re.compile(r"(outlets|sources)_[0-9]+")


class Listed:
    """The fields of a form that somebody can change; names that have an input each are one list."""

    def __init__(self, form: PlainForm) -> None:
        self.form = form

    def __iter__(self) -> Iterator[forms.BoundField]:
        lists = dict[str, list[str]]()
        for one in self.form:
            slot = SLOT.fullmatch(one.name)
            if slot:
                lists.setdefault(slot[1], []).extend(filter(None, [one.initial]))
            elif one.name != "version":
                yield one
        for name, values in lists.items():
            yield forms.BoundField(self.form, forms.MultipleChoiceField(initial=values), name)


def marks_of(form: PlainForm) -> dict[str, str]:
    """The marks of a page that shows this form, which nothing was sent to."""
    return shown.marks_of(Listed(form), ())


def brought_up(request: HttpRequest, fresh: PlainForm) -> Brought | None:
    """What was sent of a page that was shown, brought up to what it would show now; None where none was."""
    if request.method != "POST" or shown.MARKS not in request.POST:
        return None
    brought = shown.brought_up(Listed(fresh), (), _in_lists(request.POST))
    brought.data["version"] = str(fresh["version"].initial)
    for name in [name for name in ("outlets", "sources") if f"{name}_1" in fresh.fields]:
        values = brought.data.getlist(name)
        brought.data.pop(name, None)
        for nth, value in enumerate([*values, *[""] * SPARE], 1):
            brought.data[f"{name}_{nth}"] = value
        if name in brought.told:
            brought.told[f"{name}_1"] = brought.told.pop(name)
    return brought


def refuse_overtaken(form: PlainForm, brought: Brought | None) -> bool:
    """Say at its field what somebody else wrote; whether anything was."""
    if brought is None or not brought.told:
        return False
    form.is_valid()
    for name, words in brought.told.items():
        form.add_error(name, words)
    return True


def _in_lists(sent: QueryDict) -> QueryDict:
    listed = QueryDict(mutable=True)
    for name, values in sent.lists():
        slot = SLOT.fullmatch(name)
        for value in values if slot is None else filter(None, map(str.strip, values)):
            listed.appendlist(slot[1] if slot else name, value)
    return listed
