"""Why something outside was not read. Each has a stable code and a sentence that says what to do.

`final` says that asking again changes nothing: the address itself is at fault, not the moment.
"""

from __future__ import annotations

from typing import ClassVar

from claims.errors import ClaimDeskError

INSTEAD = "Keep the link anyway or attach a file."


class NotRead(ClaimDeskError):
    """The page could not be read. Keep the link anyway or attach a file."""

    code = "not_read"
    final: ClassVar[bool] = False

    @property
    def what(self) -> str:
        """What was wrong, without what to do about it: the first sentence."""
        return self.message.partition(". ")[0].rstrip(".") + "."


class AddressNotPublic(NotRead):
    """This address lies inside a private network, and nothing is read from there. Attach a file."""

    code = "address_not_public"
    final = True


class AddressNotAllowed(NotRead):
    """Only pages at http and https addresses without a user name, on ports 80 and 443, are read. Attach a file."""

    code = "address_not_allowed"
    final = True


class NameNotKnown(NotRead):
    """Nobody knows this host. Check the link, keep it anyway or attach a file."""

    code = "name_not_known"


class NoAnswer(NotRead):
    """The host did not answer. Keep the link anyway or attach a file."""

    code = "no_answer"


class TooSlow(NotRead):
    """The page took too long to read. Keep the link anyway or attach a file."""

    code = "too_slow"


class TooLarge(NotRead):
    """The page is larger than 10 MB. Keep the link anyway or attach a file."""

    code = "too_large"


class TooManyRedirects(NotRead):
    """The page sends its readers on more than five times. Link to where it ends."""

    code = "too_many_redirects"


class NotUnderstood(NotRead):
    """The answer could not be read as a page. Keep the link anyway or attach a file."""

    code = "not_understood"


class CertificateNotTrusted(NotRead):
    """The host cannot prove that it is the one named in the link. Check the link or attach a file."""

    code = "certificate_not_trusted"


class KindNotKept(NotRead):
    """The link leads to something that is not kept as a page. Attach a file."""

    code = "kind_not_kept"


class NothingThere(NotRead):
    """The page is empty. Keep the link anyway or attach a file."""

    code = "nothing_there"


class DidNotOpen(NotRead):
    """The page did not open. Keep the link anyway or attach a file."""

    code = "did_not_open"

    @classmethod
    def with_status(cls, status: int) -> DidNotOpen:
        """The refusal for an HTTP status other than 2xx."""
        return cls(f"The page did not open ({status}). {INSTEAD}", status=status)
