"""Forms of our own pages: plain HTML that works without script, with our refusals placed at their fields."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, ClassVar, TypeVar

from django import forms
from django.contrib.postgres.forms import SimpleArrayField
from django.db.models import Model
from django.forms.utils import pretty_name
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy

from claims.admin.moments import SAY_ZONE
from claims.errors import ClaimDeskError, QuoteAmbiguous, SeveralFaults
from claims.services.articles import line

_Row = TypeVar("_Row", bound=Model)
_Of = TypeVar("_Of", bound=Model)
LANGUAGES = ("en", "uk", "ru", "pl", "de", "fr", "es", "it", "ro", "tr", "ar")
MOST = 1000  # characters of a line whose field has no bound of its own
EMPTY = forms.Field.default_error_messages["required"]
TOO_LONG = gettext_lazy("%(show_value)d characters, at most %(limit_value)d fit. Shorten it.")
NOT_OFFERED = gettext_lazy("What was chosen is not offered here, or no longer. Choose something else.")
BOUNDS = {
    "min_value": gettext_lazy("Write a number from %(limit_value)s on."),
    "max_value": gettext_lazy("Write a number up to %(limit_value)s."),
}
SAY_STATEMENT = gettext_lazy("Write in one sentence what is claimed.")
SAY_WHICH = gettext_lazy(
    "The quote stands in the text more than once. Quote more of the words around the one you mean."
)
CSS = {
    forms.Textarea: "cd-textarea",
    forms.Select: "cd-select",
    forms.CheckboxInput: "cd-check",
    forms.RadioSelect: "",
    forms.FileInput: "cd-file",
}


def say_what_is_missing(name: str, field: forms.Field) -> None:
    """Where a field that is left empty has no sentence of its own, let it say what to do, and for which field."""
    if not field.required or field.error_messages.get("required") != EMPTY:
        return
    label = field.label or pretty_name(name)
    said = gettext_lazy("Choose one of these.")
    if isinstance(field, forms.MultipleChoiceField | forms.ModelMultipleChoiceField):
        said = gettext_lazy("Choose at least one of these.")
    elif not isinstance(field, forms.ChoiceField):
        said = SAY_ZONE if name == "zone" else format_lazy(gettext_lazy("Fill in “{field}”."), field=label)
    field.error_messages["required"] = said


def say_it_plainly(name: str, field: forms.Field) -> None:
    """Let a field say what to change where Django would say it in its own words. What it says already stays."""
    say_what_is_missing(name, field)
    said = dict[str, Any](BOUNDS)
    if isinstance(field, forms.CharField) and not isinstance(field, SimpleArrayField):  # which counts values
        said["max_length"] = TOO_LONG
    field.error_messages = said | field.error_messages
    usual = type(field).default_error_messages.get("invalid_choice")
    if usual is not None and field.error_messages["invalid_choice"] == usual:
        field.error_messages["invalid_choice"] = NOT_OFFERED


class Refusing(forms.BaseForm):
    """A form that shows refusals. `pointers` maps a refusal's JSON pointer to the field it belongs to."""

    pointers: ClassVar[dict[str, str]] = {}

    @contextmanager
    def refusing(self) -> Iterator[None]:
        """Show what is refused inside instead of raising it."""
        try:
            yield
        except ClaimDeskError as refusal:
            self.refuse(refusal)

    def refuse(self, refusal: ClaimDeskError) -> None:
        """Show a refusal's sentence at the field it is about, else above the form. What was typed stays.

        Several are shown each at its own field; a field that is told off already is not told off twice.
        """
        if isinstance(refusal, SeveralFaults):
            for one in refusal.faults:
                self.refuse(one)
            return
        name = self.pointers.get(refusal.pointer, refusal.pointer.strip("/").split("/")[0])
        placed = name if name in self.fields else None
        if placed is None or placed not in self.errors:
            said = " ".join(filter(None, [refusal.message, refusal.hint]))
            self.add_error(placed, SAY_WHICH if isinstance(refusal, QuoteAmbiguous) else said)


class CleansLines(forms.BaseForm):
    """A form whose names and notes are kept as the API keeps them: composed, nothing in them hides or reorders text."""

    def _clean_fields(self) -> None:
        super()._clean_fields()  # type: ignore[misc]  # Django's own hook, without a type
        for name, field in self.fields.items():
            given = self.cleaned_data.get(name)
            if type(field) is not forms.CharField or isinstance(field.widget, forms.PasswordInput) or not given:
                continue
            try:
                self.cleaned_data[name] = line(given, name, field.max_length or MOST)
            except ClaimDeskError as refused:
                self.add_error(name, refused.message)


def cleaning(form: Any) -> Any:
    """The same form, with clean lines."""
    made: Any = type(form.__name__, (CleansLines, form), {"__module__": form.__module__})
    made.base_fields = form.base_fields  # Django has made them anew, in its own words
    return made


class PlainForm(Refusing, forms.Form):
    """A form under our styles."""

    required_css_class = "cd-required"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        self.fields.update(self.more_fields())
        for name, field in self.fields.items():
            kinds = (css for kind, css in CSS.items() if isinstance(field.widget, kind))
            field.widget.attrs.setdefault("class", next(kinds, "cd-input"))
            field.widget.attrs.pop("maxlength", None)  # browsers cut off what is pasted beyond it, and say nothing
            say_it_plainly(name, field)

    def more_fields(self) -> dict[str, forms.Field]:
        """Fields that a loop makes better than a list does."""
        return {}


class SayingSelect(forms.Select):
    """A choice that says what the form's button will do: `cd.js` puts the words of the chosen option on the button
    that names this field. `says` has them by value; `pattern` ("Hand over to %(choice)s") makes them for rows.
    A choice without words leaves the button its own.
    """

    def __init__(self, pattern: str | Promise = "") -> None:
        super().__init__()
        self.pattern = pattern
        self.says: dict[str, str] = {}

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        row = getattr(value, "instance", None)
        words = str(self.pattern) % {"choice": row} if row else self.says.get(str(value))
        if words:
            option["attrs"]["data-cd-words"] = words
        return option


class KeptForm(Refusing, forms.ModelForm[_Row]):
    """A form of a row that a service keeps. What the service would refuse is said at the fields, in its words."""

    @abstractmethod
    def check(self) -> None:
        """Raise what the service would refuse of the row as it would be."""

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]  # Django's own hook, without a type
        if not self.errors:
            with self.refusing():
                self.check()

    def validate_unique(self) -> None:
        """Leave it to the service, which has a sentence for it."""

    def _get_validation_exclusions(self) -> set[str]:
        """Every column: what they say is the service's to judge, which has sentences for constraints, too."""
        return {column.name for column in self.instance._meta.concrete_fields}  # noqa: SLF001 - Django documents it


class NamedFields(forms.BaseInlineFormSet[_Row, _Of, Any]):
    """Rows of a table in which every field says its name: a heading above a column names none of them.

    `told` is what somebody else wrote meanwhile, by the field's name in the page.
    """

    told: Mapping[str, str] = {}

    def full_clean(self) -> None:
        super().full_clean()
        for form in self.forms:
            for bound in form:
                if bound.html_name in self.told:
                    form.add_error(bound.name, self.told[bound.html_name])

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        for name, field in form.fields.items():
            say_it_plainly(name, field)
            drawn = getattr(field.widget, "widget", field.widget)  # Django wraps the choice of a row
            drawn.attrs.setdefault("aria-label", str(field.label or ""))


class ClaimNumber(forms.IntegerField):
    """The number of a claim, as it is written everywhere else: with # before it, or without."""

    def __init__(self, **more: Any) -> None:
        # A field for numbers would drop the # of what is pasted together with the rest.
        widget = forms.TextInput(attrs={"inputmode": "numeric"})
        said = dict.fromkeys(("invalid", "min_value"), gettext_lazy("Write the number of a claim, as in #113."))
        super().__init__(min_value=1, widget=widget, error_messages=said, **more)

    def to_python(self, value: Any) -> int | None:
        return super().to_python(str(value or "").strip().removeprefix("#"))
