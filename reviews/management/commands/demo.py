"""`manage.py demo`: tells the whole story in the terminal, on real input, with a real worker and real seconds."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from reviews.demo.story import tell
from reviews.demo.tables import Teller
from reviews.newsroom.loading import newsroom_state


class Command(BaseCommand):
    help = "Tell the story from an article to a flagged date. The exit status is 0 only if every promise was kept."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON document and nothing else")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("The demo makes people and claims up. It is not for production.")
        if not settings.BROKER_URL:
            raise CommandError("The demo starts a Celery worker and needs a broker: run `make demo`.")
        call_command("migrate", verbosity=0, interactive=False)
        if not newsroom_state().is_empty:
            raise CommandError("The demo tells its story in an empty database: run `make demo`.")
        teller = Teller(None) if options["json"] else Teller(self.stdout.write, self.style.MIGRATE_HEADING)
        try:
            document, promises = tell(teller)
        except KeyboardInterrupt:
            raise CommandError("Stopped before the end; its worker and beat have ended.", returncode=130) from None
        except TimeoutError as silent:
            raise CommandError(str(silent)) from silent
        if options["json"]:
            self.stdout.write(json.dumps(document, ensure_ascii=False, indent=2))
        if promises.kept < len(promises.made):
            raise CommandError(f"Only {promises.sentence}.")
