"""How a webhook fares, in the words people read. Pure."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

FAILURES: Final[dict[str, str | Promise]] = {
    "refused": gettext_lazy("it answered %(status)s"),
    "redirected": gettext_lazy("it answered %(status)s, and redirects are not followed"),
    "no_answer": gettext_lazy("it did not answer"),
    "too_slow": gettext_lazy("it took longer than 15 seconds"),
    "too_large": gettext_lazy("its answer was too long"),
    "not_understood": gettext_lazy("its answer was not HTTP"),
    "name_not_known": gettext_lazy("nobody knows its name"),
    "certificate_not_trusted": gettext_lazy("its certificate is not trusted"),
    "address_not_public": gettext_lazy("its address lies inside a private network"),
    "address_not_allowed": gettext_lazy("its address is not https on port 443"),
    "our_fault": gettext_lazy("something went wrong here; the log says what"),
    "not_visible": gettext_lazy("its key may not see the claim"),
}


def why(code: str, status: int | None) -> str:
    """Why an attempt failed, as the end of a sentence; empty when it did not."""
    return str(FAILURES.get(code, code)) % {"status": status} if code else ""


def failing(since: str, reason: str, waiting: int, again: str) -> str:
    """A webhook to which nothing arrives; times are written out already, `again` is empty when it is any moment."""
    sentence = _("Fails since %(since)s: %(reason)s.") % {"since": since, "reason": reason}
    held = ngettext("%(n)d delivery waits", "%(n)d deliveries wait", waiting) % {"n": waiting}
    return f"{sentence} {held}{_('; next try %(again)s') % {'again': again} if again else ''}."
