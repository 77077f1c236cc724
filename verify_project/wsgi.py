"""WSGI entry point, for gunicorn and other servers."""

import gc
import os

from django.core.wsgi import get_wsgi_application

from verify_project.draining import drained, measured, whole

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "verify_project.settings")
os.environ.setdefault("CLAIMDESK_PROCESS", "web")  # short limits for its statements

application = drained(measured(whole(get_wsgi_application())))

# What was imported stays, and pages leave little rubbish: neither is walked every few requests.
gc.freeze()
gc.set_threshold(20_000, 10, 10)
