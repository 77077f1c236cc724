"""Why something outside was not read. Each has a stable code and a sentence that says what to do.

`final` says that asking again changes nothing: the address itself is at fault, not the moment.
"""

from __future__ import annotations

from typing import ClassVar

from claims.errors import ClaimDeskError

INSTEAD = "Keep the link anyway or attach a file."


class NotRead(ClaimDeskError):
    """The page could not be read. Keep the link anyway or attach a file.

    Something kept the page from being read. Ask for it again with `fetch`, keep the link alone, or attach a file.
    """

    code = "not_read"
    final: ClassVar[bool] = False

    @property
    def what(self) -> str:
        """What was wrong, without what to do about it: the first sentence."""
        return self.message.partition(". ")[0].rstrip(".") + "."


class AddressNotPublic(NotRead):
    """This address lies inside a private network, and nothing is read from there. Attach a file.

    The host's name leads into a private network, where nothing is read for anybody. Attach what is meant as a file.
    """

    code = "address_not_public"
    final = True


class AddressNotAllowed(NotRead):
    """Only pages at http and https addresses without a user name, on ports 80 and 443, are read. Attach a file.

    The link has another scheme, another port or a user name in it. Link to the public page, or attach a file.
    """

    code = "address_not_allowed"
    final = True


class NameNotKnown(NotRead):
    """Nobody knows this host. Check the link, keep it anyway or attach a file.

    The host's name does not exist, or its name servers are away. Check the link; it is tried again by itself.
    """

    code = "name_not_known"


class NoAnswer(NotRead):
    """The host did not answer. Keep the link anyway or attach a file.

    The host was asked and said nothing, or hung up. It is tried again by itself; otherwise attach a file.
    """

    code = "no_answer"


class TooSlow(NotRead):
    """The page took too long to read. Keep the link anyway or attach a file.

    The page did not come in whole within the time that is given to it. It is tried again by itself; otherwise
    attach a file.
    """

    code = "too_slow"


class TooLarge(NotRead):
    """The page is larger than 10 MB. Keep the link anyway or attach a file.

    Pages of more than 10 MB are not kept. Attach the part that matters as a file.
    """

    code = "too_large"


class TooManyRedirects(NotRead):
    """The page sends its readers on more than five times. Link to where it ends.

    The address leads on and on. Open it in a browser, and link to where it ends.
    """

    code = "too_many_redirects"


class NotUnderstood(NotRead):
    """The answer could not be read as a page. Keep the link anyway or attach a file.

    What the host sent is not HTTP, or its encoding is broken. Attach a file instead.
    """

    code = "not_understood"


class CertificateNotTrusted(NotRead):
    """The host cannot prove that it is the one named in the link. Check the link or attach a file.

    The host's certificate is for another name, has expired, or is signed by nobody who is known. Check the link, or
    attach a file.
    """

    code = "certificate_not_trusted"


class KindNotKept(NotRead):
    """The link leads to something that is not kept as a page. Attach a file.

    Behind the link is a film, a program or the like. Attach what matters of it as a file.
    """

    code = "kind_not_kept"


class NothingThere(NotRead):
    """The page is empty. Keep the link anyway or attach a file.

    The host answered with no bytes at all. Check the link in a browser, or attach a file.
    """

    code = "nothing_there"


class DidNotOpen(NotRead):
    """The page did not open. Keep the link anyway or attach a file.

    The host answered with an error of its own, such as 404 or a wall before the text. Check the link in a browser,
    or attach a file.
    """

    code = "did_not_open"

    @classmethod
    def with_status(cls, status: int) -> DidNotOpen:
        """The refusal for an HTTP status other than 2xx."""
        return cls(f"The page did not open ({status}). {INSTEAD}", status=status)
