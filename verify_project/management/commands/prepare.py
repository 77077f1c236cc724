"""`manage.py prepare`: everything that the site needs before its processes start, in one process."""

from typing import Any

from django.conf import settings
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    """Prints what the demo newsroom says about signing in, where there is one."""

    help = "Bring the tables up to date; then collect the static files in production, else load the demo newsroom."
    requires_system_checks: list[str] = []  # `make check` looks for those mistakes

    def handle(self, *args: Any, **options: Any) -> None:
        """Whatever was done before is not done again."""
        call_command("migrate", interactive=False, verbosity=0)
        if settings.PRODUCTION:
            call_command("collectstatic", interactive=False, verbosity=0)
        elif "newsroom" in get_commands():
            call_command("newsroom", if_empty=True, stdout=self.stdout)
