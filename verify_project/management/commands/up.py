"""`manage.py up`: everything one machine needs, in the foreground."""

import os
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from verify_project.runtime.places import RuntimeProblem
from verify_project.runtime.site import run_site


class Command(BaseCommand):
    """Starts servers, migrates, loads the demo newsroom, runs web, workers and beat."""

    help = "Start everything on this machine; Ctrl-C ends it. PORT names the port."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until told to stop."""
        try:
            run_site(port=int(os.environ.get("PORT", "8000")))
        except ValueError:
            raise CommandError("PORT must be a number.") from None
        except RuntimeProblem as problem:
            raise CommandError(str(problem)) from None
