"""Keeps sources by hand. Chains make theirs on the way in, see `claims.services.proposing`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models.functions import Now

from claims.deadlines import zone_named
from claims.errors import ClaimDeskError, Invalid, NotFound, StaleVersion
from claims.models import Article, Reliability, Source, SourceKind
from claims.permissions import Viewer, check_sets_up, sees_source, visible_sources
from claims.services.articles import line, name_line
from claims.services.rows import mark_of
from claims.services.setupevents import write_down_changed, write_down_made

# Whoever adds, names or moves a source by hand holds this until they are done: two at once could make the same source
# twice, or close a ring.
KEEPING = 7_402_119
STAYS_OUTLET = "Articles name this source as their outlet, so it stays one. Add another source for what else it is."
_REACHES = """
WITH RECURSIVE above AS (
    SELECT id, parent_id FROM claims_source WHERE id = %s
     UNION
    SELECT source.id, source.parent_id FROM claims_source source JOIN above ON above.parent_id = source.id
)
SELECT EXISTS (SELECT 1 FROM above WHERE id = %s)
"""


class SourceKnown(ClaimDeskError):
    """There is a source of this name and kind already.

    A name or alias stands for one source of its kind. Use the one that the sentence names, or another name.
    """

    code = "source_known"


@dataclass(frozen=True)
class GivenSource:
    """A source as somebody gives it. `parent` is the number of the source it belongs to."""

    name: str
    kind: str
    aliases: Sequence[str] = ()
    parent: int | None = None
    zone: str = ""
    reliability: str = Reliability.F

    def columns(self) -> dict[str, Any]:
        """The same as the row has it."""
        return {
            "name": self.name,
            "kind": SourceKind(self.kind),
            "aliases": list(self.aliases),
            "parent_id": self.parent,
            "zone": self.zone,
            "reliability": Reliability(self.reliability),
        }


def check_may_set_up(viewer: Viewer) -> None:
    """Sources belong to no desk: any editor keeps them, administrators, and keys with `setup:manage`.

    Raises `RoleMissing`, `ScopeMissing`.
    """
    check_sets_up(viewer, "Set-up is for editors and administrators.", editors=True)


def usable_source(given: GivenSource, *, but: int = 0, adding: Viewer | None = None) -> GivenSource:
    """The same in clean words. `but` is the number of the source that it becomes, 0 for a new one.

    Whoever adds it may give it the name of one that they do not see, see `add_source`.

    Raises `SourceKnown` with its number, `Invalid` and `UnusableText` at the field.
    """
    name = name_line(given.name, "name", 200)
    if not name:
        raise Invalid("A source needs a name.", pointer="/name")
    _check_kind(given.kind, but)
    if given.zone:
        _check_zone(given.zone)
    if given.parent is not None:
        _check_parent(given.parent, but)
    aliases = [name_line(alias, "aliases", 200) for alias in given.aliases]
    if len(set(aliases)) < len(aliases):
        raise Invalid("An alias stands there twice. Name each once.", pointer="/aliases")
    for word, pointer in [(name, "/name"), *((alias, "/aliases") for alias in aliases)]:
        called = Source.objects.called(word).filter(kind=given.kind).exclude(pk=but)
        if adding is not None and pointer == "/name":
            called = called.filter(pk__in=visible_sources(adding, Now()).values("pk"))
        known = called.first()
        if known is not None:
            raise SourceKnown(source=known.pk, pointer=pointer)
    return replace(given, name=name, aliases=aliases)


def check_grade(before: str, after: str, why: str) -> str:
    """The reason for a source's reliability, in clean words; empty where nobody graded it. It stands in its history.

    Raises `Invalid` where it is set otherwise and nobody says why, `UnusableText`.
    """
    reason = line(why, "reliability_reason", 300)
    if before != after and not reason:
        raise Invalid("Say why: the reason stands in the history of its reliability.", pointer="/reliability_reason")
    return reason


def add_source(given: GivenSource, viewer: Viewer, *, why: str = "") -> Source:
    """Keep a source; `why` is for a reliability other than "cannot be judged".

    One of this name that nothing names but articles under embargo, out of the viewer's sight, is theirs from now on, as
    if they had made it: a refusal would confirm whoever guesses whom such an article names.

    Raises what `check_may_set_up`, `usable_source` and `check_grade` refuse; then nothing is written.
    """
    check_may_set_up(viewer)
    _check_sees(viewer, given.parent)
    try:
        with transaction.atomic():
            _wait_for_others()
            clean = usable_source(given, adding=viewer)
            hidden = Source.objects.called(clean.name).filter(kind=given.kind).select_for_update(no_key=True).first()
            if hidden is not None:
                _take_up(hidden, clean, viewer, why)
                return hidden
            says, reason = clean.columns(), check_grade(Reliability.F, given.reliability, why)
            source = Source.objects.create(**says)
            write_down_made(source, says, by=viewer.actor, reason=reason)
            return source
    except IntegrityError as taken:
        raise SourceKnown() from taken


def _take_up(source: Source, given: GivenSource, viewer: Viewer, why: str) -> None:
    """Let a source that is there be one that the viewer made. What they say of it is added to what stands there."""
    stood = given_of(source)
    more = [alias for alias in given.aliases if alias not in stood.aliases]
    wanted = replace(
        stood,
        aliases=[*stood.aliases, *more],
        parent=given.parent or stood.parent,
        zone=given.zone or stood.zone,
        reliability=stood.reliability if given.reliability == Reliability.F else given.reliability,
    )
    before, after = stood.columns(), usable_source(wanted, but=source.pk).columns()
    reason = check_grade(stood.reliability, wanted.reliability, why)
    _write(source, before, after)
    write_down_made(source, {"name": source.name, "kind": source.kind}, by=viewer.actor)
    write_down_changed(source, before, after, by=viewer.actor, reason=reason)


def change_source(
    number: int, changes: Mapping[str, Any], viewer: Viewer, *, seen: str | None = None, why: str = ""
) -> Source:
    """Say otherwise what a source is. `changes` are members of `GivenSource`, `seen` is the mark the caller has read.

    `why` is for its reliability; with it a reliability that stays was looked at anew, and that is written down. Without
    aliases among the changes a source that is renamed keeps its former name as one.

    Raises `NotFound`, `StaleVersion` and what `add_source` does; then nothing is written.
    """
    check_may_set_up(viewer)
    try:
        with transaction.atomic():
            _wait_for_others()
            # Articles and chains that name the source meanwhile do not wait.
            source = visible_sources(viewer, Now()).select_for_update(no_key=True).filter(pk=number).first()
            if source is None:
                raise NotFound(f"There is no source {number}.")
            if seen is not None and seen != source_mark(source):
                raise StaleVersion(current=source_mark(source), sent=seen)
            stood = given_of(source)
            if changes.get("parent", stood.parent) != stood.parent:
                _check_sees(viewer, changes["parent"])
            says = usable_source(replace(stood, **changes), but=number)
            if "aliases" not in changes:
                says = _with_former_name(stood, says)
            before, after = stood.columns(), says.columns()
            reason = check_grade(before["reliability"], after["reliability"], why)
            _write(source, before, after)
            looked_at = frozenset({"reliability"} if reason else ())
            write_down_changed(source, before, after, by=viewer.actor, reason=reason, looked_at=looked_at)
            return source
    except IntegrityError as taken:
        raise SourceKnown() from taken


def _with_former_name(stood: GivenSource, says: GivenSource) -> GivenSource:
    """A renamed source with its former name among its aliases: articles and chains go on naming it so."""
    is_known = stood.name.lower() == says.name.lower() or stood.name in says.aliases or stood.kind != says.kind
    return says if is_known else replace(says, aliases=[*says.aliases, stood.name])


def _write(source: Source, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    written = [name for name, value in after.items() if before[name] != value]
    for name in written:
        setattr(source, name, after[name])
    source.save(update_fields=written)


def given_of(source: Source) -> GivenSource:
    """What a source says, as somebody would give it."""
    return GivenSource(source.name, source.kind, source.aliases, source.parent_id, source.zone, source.reliability)


def source_mark(source: Source) -> str:
    """A mark of everything a source says."""
    told = given_of(source).columns()
    return mark_of(*(str(value) for value in told.values()))


def _wait_for_others() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [KEEPING])


def _check_sees(viewer: Viewer, parent: int | None) -> None:
    """Refuse a parent that the viewer does not see as one that is none."""
    if parent is not None and not sees_source(viewer, parent):
        raise Invalid(f"There is no source {parent}.", pointer="/parent")


def _check_parent(parent: int, number: int) -> None:
    """Refuse a parent that is none, and one that the source is above already: that would be a ring."""
    if not Source.objects.filter(pk=parent).exists():
        raise Invalid(f"There is no source {parent}.", pointer="/parent")
    with connection.cursor() as cursor:
        cursor.execute(_REACHES, [parent, number])
        (ring,) = cursor.fetchone()
    if ring:
        raise Invalid("A source cannot belong to itself, nor to what belongs to it.", pointer="/parent")


def _check_kind(kind: str, number: int) -> None:
    """Refuse another kind for the outlet of articles: it is by their outlet that they are known again."""
    if kind != SourceKind.OUTLET and Article.objects.filter(outlet=number, outlet__kind=SourceKind.OUTLET).exists():
        raise Invalid(STAYS_OUTLET, pointer="/kind")


def _check_zone(name: str) -> None:
    try:
        zone_named(name)
    except Invalid as refused:
        raise refused.at("/zone") from None
