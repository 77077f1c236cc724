"""Forms of our own pages: plain HTML that works without script, with our refusals placed at their fields."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta, tzinfo
from functools import cache
from typing import Any, ClassVar, TypeVar
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.db.models import Model
from django.forms.utils import pretty_name
from django.utils.dateformat import format as date_in
from django.utils.functional import Promise, lazy
from django.utils.text import format_lazy
from django.utils.timezone import get_current_timezone, get_current_timezone_name
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import INPUT_CLASSES

from claims.deadlines import Precision, zone_named
from claims.errors import ClaimDeskError, Invalid, SeveralFaults

_Row = TypeVar("_Row", bound=Model)
LANGUAGES = ("en", "uk", "ru", "pl", "de", "fr", "es", "it", "ro", "tr", "ar")
EMPTY = forms.Field.default_error_messages["required"]
SAY_MOMENT = gettext_lazy("Write a date and a time, for example 2026-11-27 18:00.")
TO_THE_SECOND = "%Y-%m-%dT%H:%M:%S"
YOUR_CLOCK = format_lazy(gettext_lazy("Your time zone: {zone}"), zone=lazy(get_current_timezone_name, str)())
SAY_ZONE = gettext_lazy("Name the time zone, for example Europe/Kyiv.")
TOO_LONG = gettext_lazy("%(show_value)d characters, at most %(limit_value)d fit. Shorten it.")
SAY_STATEMENT = gettext_lazy("Write in one sentence what is claimed.")
Window = tuple[date | datetime, date | datetime]
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
            self.add_error(placed, " ".join(filter(None, [refusal.message, refusal.hint])))


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
            field.error_messages["max_length"] = TOO_LONG
            say_what_is_missing(name, field)

    def more_fields(self) -> dict[str, forms.Field]:
        """Fields that a loop makes better than a list does."""
        return {}


_DAY = re.compile(r"\d{4,}-\d\d-\d\d")


class LocalMoment(forms.TextInput):
    """A moment without its zone, which another field says. The browser drops a day without a time from such a field."""

    def __init__(self) -> None:
        super().__init__(attrs={"type": "datetime-local"})

    def format_value(self, value: Any) -> str | None:
        """The words as the browser keeps them: a day begins at 00:00."""
        words: str | None = super().format_value(value)
        return f"{words}T00:00" if words and _DAY.fullmatch(words) else words


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


class ClaimNumber(forms.IntegerField):
    """The number of a claim, as it is written everywhere else: with # before it, or without."""

    def __init__(self, **more: Any) -> None:
        # A field for numbers would drop the # of what is pasted together with the rest.
        widget = forms.TextInput(attrs={"inputmode": "numeric"})
        said = {"invalid": gettext_lazy("Write the number of a claim, as in #113.")}
        super().__init__(min_value=1, widget=widget, error_messages=said, **more)

    def to_python(self, value: Any) -> int | None:
        return super().to_python(str(value or "").strip().removeprefix("#"))


def local_moment(words: str, zone: str) -> datetime:
    """The moment that clocks in `zone` (IANA name) call `words` ("2026-11-27T18:00").

    Raises `Invalid` for words that are no time, and for a time that the clocks there skip.
    """
    there = ZoneInfo(str(zone_named(zone)))
    try:
        moment = datetime.fromisoformat(words.strip()).replace(tzinfo=there)
    except ValueError as unreadable:
        raise Invalid(str(SAY_MOMENT)) from unreadable
    if moment.astimezone(ZoneInfo("UTC")).astimezone(there).replace(tzinfo=None) != moment.replace(tzinfo=None):
        raise Invalid(not_once(moment.replace(tzinfo=None), there))
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
    """A moment on the reader's clock. One that their clocks do not show exactly once is refused, never guessed."""

    def to_python(self, value: Any) -> datetime | None:
        try:
            return super().to_python(value)
        except forms.ValidationError as refused:
            if refused.code != "ambiguous_timezone" or refused.params is None:
                raise
            said = not_once(refused.params["datetime"], get_current_timezone())
            raise forms.ValidationError(said, code=refused.code) from refused


def moment_field(label: Any, *, empty: Any = SAY_MOMENT, **more: Any) -> MomentField:
    """A moment on the reader's clock, which the field names. `empty` is what is said when it is missing."""
    widget = forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"})
    formats = ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S"]
    said = {"required": empty, "invalid": SAY_MOMENT}
    told = {"help_text": YOUR_CLOCK, **more}
    return MomentField(label=label, widget=widget, input_formats=formats, error_messages=said, **told)


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
