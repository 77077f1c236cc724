"""WSGI entry point, for gunicorn and other servers."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

from verify_project import looking_for_rubbish
from verify_project.draining import drained, measured, whole

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "verify_project.settings")
os.environ.setdefault("CLAIMDESK_PROCESS", "web")  # short limits for its statements

NO_BOOT = 3  # by which gunicorn knows that another try would end the same way

try:
    application = drained(measured(whole(get_wsgi_application())))
except ImproperlyConfigured as problem:
    sys.stderr.write(f"{problem}\n")
    raise SystemExit(NO_BOOT) from None

looking_for_rubbish(every=20_000)  # pages leave little of it
