"""The site that joins the two apps: its commands, templates and static files, and its admin."""

import gc

from django.apps import AppConfig
from django.contrib.admin import apps as admin

from verify_project import USUAL


class SiteConfig(AppConfig):
    """Has no models; it is an app so that Django finds what it ships."""

    name = "verify_project"
    label = "verify_project"
    verbose_name = "Claim Desk"

    def ready(self) -> None:
        """From here on rubbish is looked for as usual."""
        gc.set_threshold(*USUAL)


class DeskAdminConfig(admin.AdminConfig):
    """The admin with our site."""

    default = False  # named in INSTALLED_APPS
    default_site = "verify_project.adminsite.Site"
