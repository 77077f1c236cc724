"""The site that joins the two apps: its commands, templates and static files, and its admin.

Celery's app is imported here so that every process that sets the whole site up uses it.
"""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.contrib.admin import apps as admin
from django.contrib.admin import autodiscover
from django.contrib.admin.checks import check_admin_app, check_dependencies
from django.core import checks

from verify_project import looking_for_rubbish
from verify_project.celery import app as celery_app


class SiteConfig(AppConfig):
    """Has no models; it is an app so that Django finds what it ships."""

    name = "verify_project"
    label = "verify_project"
    verbose_name = "Claim Desk"


class DeskAdminConfig(admin.SimpleAdminConfig):
    """The admin with our site."""

    default = False  # named in INSTALLED_APPS
    default_site = "verify_project.adminsite.Site"

    def ready(self) -> None:
        """Only web processes show pages. In others they are looked for when an address is made or they are checked."""
        checks.register(check_dependencies, checks.Tags.admin)
        checks.register(check_pages, checks.Tags.admin)
        if settings.PROCESS == "web":
            autodiscover()
        looking_for_rubbish()


def check_pages(app_configs: Sequence[AppConfig] | None, **options: Any) -> list[checks.CheckMessage]:
    """What is wrong with the pages of the admin."""
    autodiscover()
    found: list[checks.CheckMessage] = check_admin_app(app_configs, **options)
    return found


__all__ = ["celery_app"]
