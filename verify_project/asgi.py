"""ASGI entry point, for gunicorn and other servers."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "verify_project.settings")
os.environ.setdefault("CLAIMDESK_PROCESS", "web")  # short limits for its statements

application = get_asgi_application()
