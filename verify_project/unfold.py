"""Look of the admin: the theme's own settings."""

UNFOLD = {
    "SITE_TITLE": "Claim Desk",
    "SITE_HEADER": "Claim Desk",
    "SITE_URL": "/desk/",
    "SHOW_HISTORY": False,
}
