"""Statements that the database parses and plans once for each connection, instead of every time.

Of what the database spends on one of the short statements of a step, parsing and planning are the most. A statement
that comes a second time over a connection is prepared there (`PREPARE`), and from then on only its values are sent. The
driver prepares too, but it forgets everything at each rollback, and cannot where values are written into the words, as
the ORM has them written.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any
from weakref import WeakKeyDictionary

MOST = 500  # statements of one connection; whatever comes after them is sent whole
_PLACE = re.compile("%[s%]")
_KIND = re.compile(r'\s*(?:(UPDATE)|(\w+)\b.*?\b(?:INTO|FROM)) "?(\w+)', re.DOTALL)
_numbers = count(1)


class Repeated:
    """A statement that comes again in the same words. `text` has `%s` where a value goes, and `%%` for a percent sign.

    `constants` are those of its values that stay the same too, by their place. They are prepared with it: an index of
    some rows serves a plan that knows which. `types` of the database are those of the other values in their order,
    where the columns they meet are too narrow for some of them; what is not named takes the type of its column.
    """

    def __init__(self, text: str, constants: Mapping[int, Any] | None = None, types: Sequence[str] = ()) -> None:
        self.text, self._constants = text, constants or {}
        self._types = f" ({', '.join(types)})" if types else ""
        self._places = range(sum(found[0] == "%s" for found in _PLACE.finditer(text)))
        kind = _KIND.match(text)
        words = [word.lower() for word in kind.groups() if word] if kind else ["statement"]
        self.name = "_".join([*words, str(next(_numbers))])  # for those who read the server's log

    def with_values(self, connection: Any, given: Sequence[Any]) -> tuple[str, Sequence[Any]]:
        """What to send over Django's `connection`: words, and their values. `given` are those that are no constants.

        Raises what the database raises when it cannot be reached or does not understand the statement.
        """
        connection.ensure_connection()
        known = _known.setdefault(connection.connection, {})
        if self not in known:
            if len(known) < MOST:
                known[self] = ""
        elif known[self] == "":
            known[self] = None  # a try that is cut short is the only one, since the name may be taken
            known[self] = self._prepared(connection)
        words = known.get(self)
        return (words, given) if words else (self.text, self._filled(given))

    def _filled(self, given: Sequence[Any]) -> Sequence[Any]:
        rest = iter(given)
        return [self._constants[place] if place in self._constants else next(rest) for place in self._places]

    def _prepared(self, connection: Any) -> str:
        """Prepare it on this connection. Answers the words that ask it from now on."""
        places, numbers = iter(self._places), count(1)

        def numbered(found: re.Match[str]) -> str:
            return found[0] if found[0] == "%%" or next(places) in self._constants else f"${next(numbers)}"

        words = _PLACE.sub(numbered, self.text)
        constants = [self._constants[place] for place in sorted(self._constants)]
        with connection.wrap_database_errors, connection.connection.cursor() as cursor:  # no query of the caller's
            cursor.execute(f"PREPARE {self.name}{self._types} AS {words}", constants)
        values = ", ".join("%s" for place in self._places if place not in self._constants)
        return f"EXECUTE {self.name}({values})" if values else f"EXECUTE {self.name}"


# By connection of the driver: "" for what was sent once, the words by which it is asked, None for what is sent whole.
_known: WeakKeyDictionary[Any, dict[Repeated, str | None]] = WeakKeyDictionary()
