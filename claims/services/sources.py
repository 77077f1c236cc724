"""Adds sources by hand. Chains make theirs on the way in, see `claims.services.proposing`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction

from claims.deadlines import zone_named
from claims.errors import ClaimDeskError, Invalid, RoleMissing
from claims.models import Reliability, Source, SourceKind
from claims.permissions import Viewer
from claims.services.articles import line


class SourceKnown(ClaimDeskError):
    """There is a source of this name and kind already."""

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


def add_source(given: GivenSource) -> Source:
    """Keep a source. Raises `SourceKnown`, `Invalid`, `UnusableText`; then nothing is written."""
    name = line(given.name, "name", 200)
    if not name:
        raise Invalid("A source needs a name.", pointer="/name")
    if given.zone:
        _check_zone(given.zone)
    if given.parent is not None and not Source.objects.filter(pk=given.parent).exists():
        raise Invalid(f"There is no source {given.parent}.", pointer="/parent")
    known = Source.objects.called(name).filter(kind=given.kind).first()
    if known is not None:
        raise SourceKnown(source=known.pk)
    try:
        with transaction.atomic():
            return Source.objects.create(
                name=name,
                kind=SourceKind(given.kind),
                aliases=[line(alias, "aliases", 200) for alias in given.aliases],
                parent_id=given.parent,
                zone=given.zone,
                reliability=given.reliability,
            )
    except IntegrityError as taken:
        raise SourceKnown() from taken


def _check_zone(name: str) -> None:
    try:
        zone_named(name)
    except Invalid as refused:
        raise refused.at("/zone") from None


def check_may_set_up(viewer: Viewer) -> None:
    """Set-up is for editors and administrators. Raises `RoleMissing`."""
    if not (viewer.editor_of or viewer.is_administrator):
        raise RoleMissing("Set-up is for editors and administrators.")
