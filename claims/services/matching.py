"""Finds what says nearly the same among many claims: "already checked?", and the search by others.

The words of a statement are looked up in the index that lists are searched with. A statement has common words by which
half of all claims would be found, so only its rarest count, as PostgreSQL's own statistics know them, and two of them
have to meet. Words are compared by their beginnings, so that endings may differ. What is found is then judged by
`claims.likeness`. A handful of queries, whatever is stored.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db import connection
from django.db.models import F, QuerySet

from claims.likeness import LEAST, STEM, Difference, differences, similarity
from claims.models import Claim

TELLING = 6  # of the rarest words, two must meet
JUDGED = 200  # of what shares words, so many of the nearest are judged
_WORDS = """
WITH common AS (
    SELECT elem, freq
      FROM pg_stats, unnest(most_common_elems::text::text[], most_common_elem_freqs) AS listed (elem, freq)
     WHERE schemaname = current_schema() AND tablename = 'claims_claim' AND attname = 'search' AND elem IS NOT NULL
)
SELECT lexeme
  FROM unnest(tsvector_to_array(to_tsvector('simple', %(text)s))) AS lexeme
 ORDER BY (SELECT coalesce(sum(freq), 0) FROM common
            WHERE elem = lexeme OR (length(lexeme) >= %(stem)s AND starts_with(elem, left(lexeme, %(stem)s)))),
          length(lexeme) DESC, lexeme
"""


@dataclass(frozen=True)
class Alike:
    """A claim that says nearly the same: how nearly, and in what it differs all the same."""

    claim: int
    similarity: float
    differs: Sequence[Difference]


@dataclass(frozen=True)
class Words:
    """The words of a text as the index looks them up, rarest first."""

    terms: Sequence[str]

    @property
    def shared(self) -> SearchQuery:
        """Rows with two of the rarest words; with every word where there are only one or two."""
        if len(self.terms) < 3:
            return _query(" & ".join(self.terms))
        pairs = combinations(self.terms[:TELLING], 2)
        return _query(" | ".join(f"({one} & {other})" for one, other in pairs))

    @property
    def any(self) -> SearchQuery:
        """Any of the words: what rows that `shared` found are ordered by."""
        return _query(" | ".join(self.terms))


def words_of(text: str) -> Words | None:
    """The words of a text, None when it has none. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_WORDS, {"text": text, "stem": STEM})
        lexemes = [lexeme for (lexeme,) in cursor.fetchall()]
    return Words([_term(lexeme) for lexeme in lexemes]) if lexemes else None


def alike(statement: str, among: QuerySet[Claim], most: int) -> list[Alike]:
    """The claims among these that say nearly the same as `statement`, nearest first. Two queries."""
    words = words_of(statement)
    if words is None:
        return []
    rank = SearchRank(F("search"), words.any)
    near = among.filter(search=words.shared).order_by(rank.desc(), "-pk").values_list("pk", "statement")
    judged = [Alike(pk, similarity(statement, other), differences(statement, other)) for pk, other in near[:JUDGED]]
    found = sorted((one for one in judged if one.similarity >= LEAST), key=lambda one: (-one.similarity, -one.claim))
    return found[:most]


def _term(lexeme: str) -> str:
    """A word for `to_tsquery`: quoted, and with any ending when it is long."""
    beginning = lexeme[:STEM]
    quoted = beginning.replace("\\", "\\\\").replace("'", "''")
    return f"'{quoted}':*" if len(lexeme) >= STEM else f"'{quoted}'"


def _query(words: str) -> SearchQuery:
    return SearchQuery(words, config="simple", search_type="raw")
