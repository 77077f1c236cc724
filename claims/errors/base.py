"""Refusals of the record.

Each is an exception with a stable `code` and a sentence. The same sentence is the tooltip, the body of the API's
problem response and what the tests expect, so it is written for the person who reads it. The docstring is the
default sentence: its first line. What stands below is what the type means and what to do about it, for its page.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from inspect import getdoc
from typing import ClassVar, Self


class ClaimDeskError(Exception):
    """This cannot be done.

    What was asked for is against a rule of the desk. The sentence says which; change what it names.
    """

    code: ClassVar[str] = "refused"
    status: ClassVar[int] = 409

    def __init__(self, message: str = "", *, hint: str = "", pointer: str = "", **facts: object) -> None:
        self.message = message or (getdoc(type(self)) or "").strip().splitlines()[0]
        self.hint, self.pointer, self.facts = hint, pointer, facts
        super().__init__(self.message)

    def at(self, pointer: str) -> Self:
        """The same refusal, placed at a JSON pointer of the request (for example `/claims/0/quote`)."""
        self.pointer = pointer
        return self


class Invalid(ClaimDeskError):
    """A value in the request is not usable.

    One or more values cannot be used, and nothing was written. `errors` has each fault with its place; mend all of
    them and send it again.
    """

    code = "invalid"
    status = 422


class SeveralFaults(Invalid):
    """Several things need attention."""

    def __init__(self, faults: Sequence[ClaimDeskError]) -> None:
        super().__init__(f"{len(faults)} things need attention.")
        self.faults = tuple(faults)


class Faults:
    """What several checks refuse, collected, so that somebody is told all of it at once."""

    def __init__(self) -> None:
        self._found: list[ClaimDeskError] = []

    @contextmanager
    def caught(self) -> Iterator[None]:
        """Run one check, or several that collect by themselves; go on whatever it refuses."""
        try:
            yield
        except SeveralFaults as several:
            self._found += several.faults
        except ClaimDeskError as refusal:
            self._found.append(refusal)

    def refuse(self) -> None:
        """Raise the only refusal as it is, or all of them as `SeveralFaults`; none, when there was none."""
        if len(self._found) > 1:
            raise SeveralFaults(self._found)
        if self._found:
            raise self._found[0]


class NaiveTime(Invalid):
    """The time has no zone. Write it with an offset, for example 2026-11-27T18:00:00+02:00.

    Without an offset a time may be any of two dozen moments, and none is guessed. Add `Z` or an offset such as
    `+02:00`.
    """

    code = "naive_time"


class UnusableText(Invalid):
    """The text holds a character that cannot be kept.

    The text has a character that hides or reorders words, or more than fits. The sentence names the character and
    its place; take it out.
    """

    code = "unusable_text"


class QuoteNotInText(Invalid):
    """The quote does not stand in the article's text.

    A quote has to stand in the article's text letter by letter. `nearest` has the passage that is most like it;
    send those words, or the text in which it stands.
    """

    code = "quote_not_found"


class QuoteAmbiguous(Invalid):
    """The quote stands more than once in the article's text.

    The words stand at several places, listed in `offsets`. Send `prefix`, `suffix` or `start` to say which is
    meant.
    """

    code = "quote_ambiguous"


class UnusableAddress(Invalid):
    """The link cannot be used.

    The link is no address that a reader could open safely. Send one with http or https, without a user name.
    """

    code = "unusable_address"


class NotFound(ClaimDeskError):
    """There is nothing here, or it is not yours to see.

    The number or address is wrong, or the thing is another desk's or under embargo; the answer does not say which.
    Check the address, and at `GET /me` which desks you see.
    """

    code = "not_found"
    status = 404


class RoleMissing(ClaimDeskError):
    """You may not do this.

    You are known, but this is for somebody with another role. The sentence says for whom; ask one of them, or an
    administrator for the role.
    """

    code = "role_missing"
    status = 403

    @classmethod
    def of(cls, action: str, roles: list[str]) -> Self:
        return cls(f"{action}: only for {listed(roles)}.")


class ScopeMissing(ClaimDeskError):
    """This key may not do this.

    The key is known, but was not given the scope for this. An administrator can add it; asking again changes
    nothing until then.
    """

    code = "scope_missing"
    status = 403


class StaleVersion(ClaimDeskError):
    """Somebody changed this since you read it. Read it again, then repeat your change.

    Somebody changed the thing after the version that `If-Match` names, and nothing was written. Read it again, see
    whether your change still holds, and send it with `current_etag`.
    """

    code = "stale_version"
    status = 412


class ActionNotPossible(ClaimDeskError):
    """The state of the claim does not allow this.

    The state of the claim, or who is on it, does not allow this step now. Read the claim again; `allowed_actions`
    has every step with the reason.
    """

    code = "action_not_possible"

    @classmethod
    def in_state(cls, action: str, state: str | None, sources: list[str]) -> Self:
        if not sources:
            return cls(f"{action} makes a new claim; this one exists.")
        where = f"this claim is {state}" if state else "there is no claim yet"
        return cls(f"{action} is possible only in {listed(sources)}; {where}.")


def listed(words: Sequence[str], last: str = "or") -> str:
    """Some words as a sentence names them."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}"
