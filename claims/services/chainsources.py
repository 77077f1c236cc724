"""Finds and makes the sources that the chains of many new claims name, by the rules of `proposing.source_called`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.db import connection

from claims.models import ChainStep, Source, SourceKind
from claims.models.making import repeat_number

# By name and by alias apart, so that each is found along its index: for one condition of both no index serves.
_CALLED = """
WITH given AS (
    SELECT name, kind, lower(name) AS alike FROM unnest(%(names)s::text[], %(kinds)s::text[]) AS listed (name, kind)
), known AS (
    SELECT given.name, given.kind, source.id
      FROM given JOIN claims_source source ON lower(source.name) = given.alike AND source.kind = given.kind
    UNION ALL
    SELECT alias, source.kind, source.id
      FROM claims_source source, unnest(source.aliases) AS alias WHERE source.aliases && %(names)s::varchar[]
)
SELECT name, kind, alike, min(id) FROM given LEFT JOIN known USING (name, kind) GROUP BY name, kind, alike
"""


class ChainSources:
    """Steps whose source has no number yet get one: `find` names what is known, `make` adds the rest."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], int | None] = {}
        self._alike: dict[tuple[str, str], str] = {}

    def find(self, steps: Sequence[ChainStep]) -> None:
        """Name the sources that are known, in one statement."""
        nameless = [(step, source) for step, source in _unnumbered(steps) if _is_named(source)]
        wanted = sorted({(source.name, source.kind) for _, source in nameless})
        if wanted:
            with connection.cursor() as cursor:
                cursor.execute(_CALLED, {"names": [name for name, _ in wanted], "kinds": [kind for _, kind in wanted]})
                for name, kind, alike, number in cursor.fetchall():
                    self._known[name, kind], self._alike[name, kind] = number, alike
        for source in {id(source): source for _, source in nameless}.values():  # a thousand steps may name one
            source.pk = self._known[source.name, source.kind]
        for step, _ in nameless:
            repeat_number(step, "source")

    def make(self, steps: Sequence[ChainStep]) -> None:
        """Add the sources that nobody knew: a name once however often it stands, an unnamed role each time.

        Somebody else may be adding an outlet of the same name at this moment: then it is theirs.
        """
        new: dict[object, Source] = {}
        nameless = list(_unnumbered(steps))
        for step, source in nameless:
            alike = (self._alike[source.name, source.kind], source.kind) if _is_named(source) else id(step)
            step.source = new.setdefault(alike, source)
        outlets = [source for source in new.values() if source.kind == SourceKind.OUTLET]
        if outlets:
            Source.objects.bulk_create([Source(name=one.name, kind=one.kind) for one in outlets], ignore_conflicts=True)
            self.find([step for step, source in nameless if source.kind == SourceKind.OUTLET])
        Source.objects.bulk_create(source for source in new.values() if source.kind != SourceKind.OUTLET)
        for step, _ in nameless:
            repeat_number(step, "source")


def _unnumbered(steps: Sequence[ChainStep]) -> Iterator[tuple[ChainStep, Source]]:
    for step in steps:
        if step.source_id is None and (source := step.source) is not None and source.pk is None:
            yield step, source


def _is_named(source: Source) -> bool:
    return source.kind != SourceKind.UNNAMED
