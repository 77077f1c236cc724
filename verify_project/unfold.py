"""Look of the admin: the theme's own settings, with our colours, our styles and our navigation."""

from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.utils.translation import gettext_lazy as _

STYLES = ("cd/tokens.css", "cd/cd.css", "cd/admin.css")


def _style(name: str) -> Any:
    return lambda _request: static(name)


def _favicon(_request: HttpRequest) -> str:
    return static("cd/favicon.svg")


UNFOLD = {
    "SITE_TITLE": _("Claim desk"),
    "SITE_HEADER": _("Claim desk"),
    "SITE_URL": "/desk/",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": _favicon}],
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "BORDER_RADIUS": "6px",
    "STYLES": [_style(name) for name in STYLES],
    "DASHBOARD_CALLBACK": "reviews.admin.queue.home",
    "LOGIN": {"form": "verify_project.signin.SignInForm"},
    "COMMAND": {"search_callback": "reviews.admin.search.found"},
    "COLORS": {
        # The greys and the accent of cd/tokens.css, so that the theme's own widgets belong to the page.
        "base": {
            "50": "#F6F7F9",
            "100": "#EEF0F3",
            "200": "#DCE0E6",
            "300": "#C3CBD6",
            "400": "#97A3B2",
            "500": "#5B6675",
            "600": "#414B59",
            "700": "#2C3440",
            "800": "#222933",
            "900": "#161B22",
            "950": "#0E1217",
        },
        "primary": {
            "50": "#F3F7FD",
            "100": "#E8EFFB",
            "200": "#CFDDF5",
            "300": "#A9C1EA",
            "400": "#8DB4F7",
            "500": "#8DB4F7",
            "600": "#1D4FA3",
            "700": "#1A4793",
            "800": "#173E80",
            "900": "#16294A",
            "950": "#0F1D35",
        },
    },
    "SIDEBAR": {
        "show_search": False,
        "command_search": False,
        "show_all_applications": False,
        "navigation": "reviews.admin.navigation.sidebar",
    },
}
