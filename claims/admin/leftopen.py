"""Forms of pages that stay open while others write: what somebody changed on them is written, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from claims.admin.forms import PlainForm
from claims.admin.moments import LocalMomentField
from claims.errors import StaleVersion
from claims.timewords import clock

ALSO_CHANGED = gettext_lazy("Somebody else wrote here meanwhile: %(words)s. Saved again, yours takes its place.")


class LeftOpenForm(PlainForm):
    """Beside each field that is watched stands what the person was shown.

    What they left alone is not written: it would undo what somebody else did. What somebody else changed as well is
    refused once, and shown.
    """

    def watch(self, names: Iterable[str]) -> None:
        """Put beside these fields what they are shown with."""
        for name in names:
            self.fields[name].show_hidden_initial = True

    def check_shown(self) -> None:
        """Whether what somebody changed still stands as they were shown it. Raises `StaleVersion`."""
        if any(self._is_overtaken(shown) for shown in self if shown.name in self.changed_data):
            raise StaleVersion()

    def go_on_from(self, fresh: LeftOpenForm) -> list[str]:
        """Let what was typed be saved over what `fresh` shows; the labels of the fields that somebody else changed.

        A field that the person left alone shows what stands there now. One that both changed says it. The marks of what
        was read, which are the hidden fields, are those of now.
        """
        sent, others = cast(QueryDict, self.data).copy(), list[str]()
        for mark in fresh.hidden_fields():
            sent[mark.html_name] = _stands(mark, mark.field.widget)
        for now in (one for one in fresh if one.field.show_hidden_initial):
            mine, was = now.name in self.changed_data, sent.get(now.html_initial_name)
            words = _stands(now, now.field.hidden_widget())
            if was is not None and was != words:
                others.append(str(now.label))
                if mine:
                    self.add_error(now.name, ALSO_CHANGED % {"words": _in_words(now)})
            if not mine:
                sent[now.html_name] = _stands(now, now.field.widget)
            sent[now.html_initial_name] = words
        self.data = sent
        return others

    def _is_overtaken(self, shown: forms.BoundField) -> bool:
        was = self.data.get(shown.html_initial_name)
        return was is not None and was != _stands(shown, shown.field.hidden_widget())


def _stands(shown: forms.BoundField, widget: forms.Widget) -> str:
    """What stands in a field before anybody types, as this widget sends it."""
    value = widget.format_value(shown.field.prepare_value(shown.initial))
    (words,) = value if isinstance(value, list) else [value]
    return "" if words is None else str(words)


def _in_words(shown: forms.BoundField) -> str:
    """The same as somebody reads it."""
    value, field = shown.initial, shown.field
    if isinstance(value, datetime):
        return clock(localtime(value), "j F Y, H:i")
    if isinstance(field, LocalMomentField):
        value = field.in_words(value)
    elif isinstance(field, forms.ChoiceField):
        value = dict(cast(list[tuple[Any, Any]], field.choices)).get(value, value)
    return str(value or _("nothing"))
