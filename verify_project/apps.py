"""The site that joins the two apps: its commands, templates and static files, and its admin.

Celery's app is imported here so that every process that sets the whole site up uses it.
"""

from django.apps import AppConfig
from django.conf import settings
from django.contrib.admin import apps as admin
from django.contrib.admin import autodiscover

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
        """Workers and beat show no pages: theirs are looked for only when an address is made (`urls.py`)."""
        super().ready()
        if settings.PROCESS != "worker":
            autodiscover()
        looking_for_rubbish()


__all__ = ["celery_app"]
