"""`manage.py seal`: what the history of every claim ends with, in a file to be kept outside the database."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from claims.models import Seal
from claims.services.sealing import seal_to, write_seal


class Command(BaseCommand):
    help = "Make a seal now, beside the daily ones. `manage.py verify --seal FILE` holds the database against it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", default="-", help="a new file; - or nothing for standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        self.stderr.write(f"Sealed {_made(self, options['file'])}")


def _made(command: Command, file: str) -> Seal:
    if file == "-":
        return write_seal(lambda line: command.stdout.write(line.decode(), ending=""))
    try:
        return seal_to(Path(file))
    except OSError as refused:
        raise CommandError(f"No seal was made: {refused}") from refused
