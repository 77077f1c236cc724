"""Every type of event there is, with words for whoever chooses among them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from claims.deadlines import TimeFlag
from claims.exports.feed import PREFIX, SUFFIX, kept_type
from claims.lifecycle import Action

_STEPS = {f"claim.{action}": action.label for action in Action}
_TIMES = {f"claim.{flag}": flag.label for flag in TimeFlag}
_MORE: dict[str, str | Promise] = {
    "claim.escalate": _("Step of the escalation ladder"),
    "claim.absorb": _("A duplicate was merged into it"),
    "claim.release": _("A duplicate was taken out of it again"),
    "article.changed": _("An article reads otherwise where it is quoted"),
    "article.compare": _("An article compared with what is quoted"),
    "article.cancel": _("The provider cancelled an article that is quoted"),
    "article.usable": _("A cancelled article is usable again"),
    "article.judge": _("Said what a cancelled article means for the claim"),
    "decision.make": _("Decided"),
    "decision.reword": _("Verdict put in other words"),
    "evidence.add": _("Evidence added"),
    "evidence.edit": _("Evidence edited"),
    "evidence.supersede": _("Evidence replaced"),
    "evidence.fetch": _("Page asked for"),
    "evidence.kept": _("Copy of a page kept"),
    "evidence.changed": _("A page has changed"),
    "evidence.compare": _("Copies compared"),
    "evidence.failed": _("A page did not open"),
    "evidence.read": _("Protected evidence read"),
}
EVENT_TYPES: Final[Mapping[str, str | Promise]] = MappingProxyType(_STEPS | _TIMES | _MORE)


def chosen(names: Iterable[str]) -> tuple[list[str], list[str]]:
    """Public names of types as they are kept, in one order; and those that there are not."""
    read = {name: kept_type(name) for name in names}
    kept = {one for one in read.values() if one in EVENT_TYPES}
    return sorted(one for one in kept if one is not None), [name for name, one in read.items() if one not in kept]


def no_such(name: str) -> str:
    """The sentence for a name that no type of event has."""
    how = "" if kept_type(name) else f" A type is written {PREFIX}<noun>.<what>{SUFFIX}."
    return f'There is no type of event "{name[:80]}".{how}'
