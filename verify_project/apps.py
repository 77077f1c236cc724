"""The site that joins the two apps: its commands, templates and static files."""

from django.apps import AppConfig


class SiteConfig(AppConfig):
    """Has no models; it is an app so that Django finds what it ships."""

    name = "verify_project"
    label = "verify_project"
    verbose_name = "Claim Desk"
