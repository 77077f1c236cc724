"""Joins the two apps into one site: settings, routes, processes.

Celery's app is imported here so that every process that sets Django up uses it.
"""

from verify_project.celery import app as celery_app

__all__ = ["celery_app"]
