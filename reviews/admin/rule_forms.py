"""A routing rule as a form: its sentence is built from selects and words, without script."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from django import forms
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from claims.admin.forms import LANGUAGES, PlainForm
from claims.errors import Invalid
from claims.models import Desk, Source, SourceKind
from claims.models.source import SourceQuerySet
from reviews.eligibility import language_name
from reviews.models import DeadlinePolicy, ReviewPolicy, RuleVersion
from reviews.rules import HEDGES, MOST_DAYS, Conditions, Outcomes
from reviews.services.rules import NAME, NOTE, GivenRule
from reviews.services.rulevalues import MOST_VALUES
from reviews.services.trying import DAYS
from reviews.services.trying import MOST_DAYS as MOST_TRIED

NUMBERED = re.compile(r"#([0-9]{1,18})\b")
SPARE = 2
EITHER = gettext_lazy("either way")
PRIORITIES = [(str(number), str(number)) for number in range(1, 5)]


def _boxes(label: Any, choices: Iterable[tuple[str, Any]]) -> forms.MultipleChoiceField:
    widget = forms.CheckboxSelectMultiple(attrs={"class": "cd-check"})
    return forms.MultipleChoiceField(label=label, choices=list(choices), required=False, widget=widget)


def _select(label: Any, choices: Iterable[tuple[str, Any]]) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=list(choices), required=False)


def _words(label: Any, hint: Any = "") -> forms.CharField:
    return forms.CharField(label=label, required=False, max_length=2000, help_text=hint)


class RuleForm(PlainForm):
    """What a rule asks and settles. `desks` are those for which the person writes rules."""

    pointers: ClassVar[dict[str, str]] = {
        "/conditions/hedged": "hedged",
        "/conditions/topics": "topics",
        "/conditions/languages": "more_languages",
        "/conditions/outlets": "outlets_1",
        "/conditions/sources": "sources_1",
        "/outcomes/skills": "skills",
        "/outcomes/desk": "goes_to",
        "/outcomes/priority": "sets_priority",
        "/outcomes/review_policy": "review_policy",
        "/outcomes/deadline_policy": "deadline_policy",
        **{
            f"/conditions/{name}": name
            for name in ("desks", "source_kinds", "priorities", "hedge_kinds", "dated", "within_days")
        },
    }
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=NAME,
        error_messages={"required": gettext_lazy("Name the rule: its name stands on every claim it takes.")},
    )
    source_kinds = _boxes(gettext_lazy("Chain contains"), SourceKind.choices)
    topics = _words(gettext_lazy("Topic is"), gettext_lazy("Separated by commas; one of them is enough."))
    more_languages = _words(
        gettext_lazy("Or another language"), gettext_lazy("By its tag, for example pt-BR; several with commas.")
    )
    priorities = _boxes(gettext_lazy("Priority is"), PRIORITIES)
    hedged = _select(gettext_lazy("Quote"), [("", EITHER), ("yes", _("is hedged")), ("no", _("is not hedged"))])
    hedge_kinds = _boxes(gettext_lazy("Hedge is"), [(str(kind), kind.replace("_", " ")) for kind in HEDGES])
    dated = _select(gettext_lazy("Own date"), [("", EITHER), ("yes", _("it has one")), ("no", _("it has none"))])
    within_days = forms.IntegerField(
        label=gettext_lazy("Own date at most so many days ahead"), required=False, min_value=0, max_value=MOST_DAYS
    )
    skills = _words(gettext_lazy("Needs"), gettext_lazy("Topics a reviewer must cover, separated by commas."))
    sets_priority = _select(gettext_lazy("Priority"), [("", gettext_lazy("stays as it is")), *PRIORITIES])
    active = forms.BooleanField(label=gettext_lazy("Switched on"), required=False, initial=True)
    note = forms.CharField(label=gettext_lazy("Why it is written or changed"), max_length=NOTE, required=False)
    applies = forms.BooleanField(label=gettext_lazy("Apply to the open claims that match"), required=False)
    days = forms.IntegerField(
        label=gettext_lazy("Days back"), required=False, min_value=1, max_value=MOST_TRIED, initial=DAYS
    )

    def __init__(
        self,
        *args: Any,
        desks: Sequence[Desk],
        sources: SourceQuerySet,
        before: RuleVersion | None = None,
        **kwargs: Any,
    ) -> None:
        self.desks_led, self.sources, self.before = desks, sources, before
        self.was = before.ruled() if before else None
        super().__init__(*args, initial=_initial(before, sources) if before else {}, **kwargs)

    def more_fields(self) -> dict[str, forms.Field]:
        asked = self.was.conditions if self.was else Conditions()
        settled = self.was.outcomes if self.was else Outcomes()
        named = [(str(desk.pk), desk.name) for desk in self.desks_led]
        tags = [*LANGUAGES, *(tag for tag in asked.languages if tag not in LANGUAGES)]
        stays = ("", gettext_lazy("stays as it is"))
        usual = ("", gettext_lazy("the desk’s default"))
        return {
            "desks": _boxes(gettext_lazy("Desk is"), named),
            "languages": _boxes(gettext_lazy("Language is"), [(tag, language_name(tag)) for tag in tags]),
            "goes_to": _select(gettext_lazy("Goes to"), [stays, *named]),
            "review_policy": _select(gettext_lazy("Review"), [usual, *_chosen(ReviewPolicy, settled.review_policy)]),
            "deadline_policy": _select(
                gettext_lazy("Review due"), [usual, *_chosen(DeadlinePolicy, settled.deadline_policy)]
            ),
            **self._slots("outlets", gettext_lazy("Outlet is"), "outlet-names", asked.outlets),
            **self._slots("sources", gettext_lazy("Chain contains the source"), "source-names", asked.sources),
        }

    def _slots(self, name: str, label: Any, names: str, had: Sequence[int]) -> dict[str, forms.Field]:
        """One input for each source that is named, and two more."""
        number = sum(key.startswith(f"{name}_") for key in self.data) if self.is_bound else len(had) + SPARE
        widget = {"list": names, "autocomplete": "off"}
        return {
            f"{name}_{one}": forms.CharField(
                label=label, required=False, max_length=220, widget=forms.TextInput(attrs=dict(widget))
            )
            for one in range(1, min(number, MOST_VALUES) + 1)
        }

    @property
    def outlet_slots(self) -> list[forms.BoundField]:
        return [self[key] for key in self.fields if key.startswith("outlets_")]

    @property
    def source_slots(self) -> list[forms.BoundField]:
        return [self[key] for key in self.fields if key.startswith("sources_")]

    def given(self) -> GivenRule:
        """The rule of a valid form. Raises `Invalid` for a source that is not known."""
        told = self.cleaned_data
        conditions = Conditions(
            desks=_numbers(told["desks"]),
            outlets=self._named("outlets"),
            sources=self._named("sources"),
            source_kinds=tuple(told["source_kinds"]),
            topics=_listed(told["topics"]),
            languages=(*told["languages"], *_listed(told["more_languages"])),
            priorities=_numbers(told["priorities"]),
            hedged=_answer(told["hedged"]),
            hedge_kinds=tuple(told["hedge_kinds"]),
            dated=_answer(told["dated"]),
            within_days=told["within_days"],
        )
        outcomes = Outcomes(
            skills=_listed(told["skills"]),
            desk=_number(told["goes_to"]),
            priority=_number(told["sets_priority"]),
            review_policy=_number(told["review_policy"]),
            deadline_policy=_number(told["deadline_policy"]),
        )
        return GivenRule(told["name"], conditions, outcomes, told["active"], told["note"], told["applies"])

    def _named(self, name: str) -> tuple[int, ...]:
        found: set[int] = set()
        for key in self.fields:
            words = self.cleaned_data.get(key, "").strip() if key.startswith(f"{name}_") else ""
            if words:
                found |= self._sources_called(words, key, outlets=name == "outlets")
        return tuple(sorted(found))

    def _sources_called(self, words: str, field: str, *, outlets: bool) -> set[int]:
        """The sources that go by a name, or the one with the number at its beginning. Raises `Invalid` at the field."""
        numbered = NUMBERED.match(words)
        rows = self.sources.filter(pk=int(numbered[1])) if numbered else self.sources.called(words)
        if numbered and self.was and int(numbered[1]) in {*self.was.conditions.outlets, *self.was.conditions.sources}:
            rows = Source.objects.filter(pk=int(numbered[1]))  # what the rule asked before stays
        if outlets:
            rows = rows.filter(kind=SourceKind.OUTLET)
        found = set(rows.values_list("pk", flat=True)[:MOST_VALUES])
        if not found:
            what = _("outlet") if outlets else _("source")
            said = {"what": what, "name": words}
            raise Invalid(_("There is no %(what)s called “%(name)s”.") % said, pointer=f"/{field}")
        return found


def _initial(before: RuleVersion, seen: SourceQuerySet) -> dict[str, Any]:
    asked, settled = before.ruled().conditions, before.ruled().outcomes
    names = {row.pk: row for row in seen.filter(pk__in=[*asked.outlets, *asked.sources])}
    slots = {
        f"{name}_{one}": _shown(names[pk]) if pk in names else f"#{pk}"
        for name, numbers in (("outlets", asked.outlets), ("sources", asked.sources))
        for one, pk in enumerate(numbers, 1)
    }
    return {
        "version": before.number,
        "name": before.name,
        "active": before.is_active,
        "desks": [str(pk) for pk in asked.desks],
        "source_kinds": list(asked.source_kinds),
        "topics": ", ".join(asked.topics),
        "languages": list(asked.languages),
        "priorities": [str(one) for one in asked.priorities],
        "hedged": _said(asked.hedged),
        "hedge_kinds": list(asked.hedge_kinds),
        "dated": _said(asked.dated),
        "within_days": asked.within_days,
        "skills": ", ".join(settled.skills),
        "goes_to": settled.desk,
        "sets_priority": settled.priority,
        "review_policy": settled.review_policy,
        "deadline_policy": settled.deadline_policy,
        "days": DAYS,
        **slots,
    }


def _shown(source: Source) -> str:
    """A source as it is written into an input; a role without a name of its own is told by its number."""
    return f"#{source.pk} {source.name}" if source.kind == SourceKind.UNNAMED else source.name


def _listed(words: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in words.split(",") if word.strip())


def _numbers(values: Iterable[str]) -> tuple[int, ...]:
    return tuple(int(value) for value in values)


def _number(value: str) -> int | None:
    return int(value) if value else None


def _answer(value: str) -> bool | None:
    return {"yes": True, "no": False}.get(value)


def _said(value: bool | None) -> str:  # noqa: FBT001 - the condition itself
    return {True: "yes", False: "no", None: ""}[value]


class DefaultsForm(PlainForm):
    """What a desk does where no rule says otherwise."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    takes_back = forms.BooleanField(
        label=gettext_lazy("Claims that stand still, and those of people who are away, go back to the pool"),
        required=False,
    )

    def more_fields(self) -> dict[str, forms.Field]:
        had = self.initial
        one, hours = ("", gettext_lazy("one reviewer")), ("", gettext_lazy("the desk’s hours"))
        return {
            "review_policy": _select(gettext_lazy("Review"), [one, *_chosen(ReviewPolicy, had.get("review_policy"))]),
            "deadline_policy": _select(
                gettext_lazy("Review due"), [hours, *_chosen(DeadlinePolicy, had.get("deadline_policy"))]
            ),
        }

    def given(self) -> dict[str, Any]:
        """What a valid form says, as `set_defaults` takes it."""
        chosen = {name: _number(self.cleaned_data[name]) for name in ("review_policy", "deadline_policy")}
        return {**chosen, "takes_back": self.cleaned_data["takes_back"]}


def _chosen(model: type[ReviewPolicy] | type[DeadlinePolicy], had: int | None) -> list[tuple[str, str]]:
    """The policies that can be chosen, and the one that is had already."""
    rows = model._default_manager.filter(Q(is_active=True) | Q(pk=had)).order_by("name")  # noqa: SLF001 - Django documents it
    return [(str(row.pk), row.name) for row in rows]
