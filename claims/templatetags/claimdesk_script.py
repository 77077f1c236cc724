"""What the pages hand to their script: the clock, the words of time, and where keys lead."""

from __future__ import annotations

import json

from django import template
from django.template import Context
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import pgettext

from claims.templatetags.claimdesk import page_now

register = template.Library()


@register.simple_tag(takes_context=True)
def script_words(context: Context) -> SafeString:
    """What `cd/cd.js` needs: the page's time and zone, the words of time, when keys act, and where `g` leads.

    A template element shows nothing and runs nothing, so the policy for scripts stays strict.
    """
    given: dict[str, object] = {"now": page_now(context).isoformat(), "zone": timezone.get_current_timezone_name()}
    user = getattr(context.get("request"), "user", None)
    keys = getattr(user, "shortcuts", "on")
    goes = _places(signed_in=user is not None and user.is_authenticated)
    words = given | {"sprite": static("cd/icons.svg"), "goes": goes, "keys": keys} | _patterns()
    return format_html('<template id="cd-words" data-keys="{}" data-words="{}"></template>', keys, json.dumps(words))


def _places(*, signed_in: bool) -> list[tuple[str, str, str]]:
    """Keys, label and address of the pages that are reached from every page."""
    queue = reverse("admin:index")
    places = [
        ("g q", pgettext("keyboard", "My queue"), queue),
        ("g p", pgettext("keyboard", "Team pool"), f"{queue}?view=pool"),
        ("g d", pgettext("keyboard", "Dashboard"), reverse("desk:overview")),
        ("g a", pgettext("keyboard", "Articles"), reverse("admin:claims_article_changelist")),
    ]
    return places if signed_in else places[:1]


def _patterns() -> dict[str, str]:
    return {
        "under": pgettext("duration", "under 1 min"),
        "min": pgettext("duration", "%(number)d min"),
        "hour": pgettext("duration", "%(number)d h"),
        "day": pgettext("duration", "%(number)d d"),
        "pair": pgettext("duration", "%(larger)s %(smaller)s"),
        "late": pgettext("deadline", "%(duration)s late"),
        "in": pgettext("moment", "in %(duration)s"),
        "ago": pgettext("moment", "%(duration)s ago"),
        "just": pgettext("moment", "just now"),
        "shortcuts": pgettext("keyboard", "Keyboard shortcuts"),
        "keysLabel": pgettext("keyboard", "This list"),
        "close": pgettext("button", "Close"),
        "dark": pgettext("button", "Switch to dark theme"),
        "light": pgettext("button", "Switch to light theme"),
    }
