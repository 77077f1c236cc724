"""`manage.py seal`: what the history of every claim ends with, in a file to be kept outside the database."""

from __future__ import annotations

import errno
import os
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, OperationalError

from claims.models import Seal
from claims.services.sealfiles import LeftBeside, because
from claims.services.sealing import seal_to, write_seal

NO_DISK = {errno.EINVAL, errno.ENOTSUP, errno.EROFS}  # of pipes and terminals


class Command(BaseCommand):
    help = "Make a seal now, beside the daily ones. `manage.py verify --seal FILE` holds the database against it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", default="-", help="a new file; - or nothing for standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self.stderr.write(f"Sealed {_to_standard_output(self) if options['file'] == '-' else _to(options['file'])}")
        except TimeoutError as refused:
            raise CommandError(f"No seal was made: {because(refused)}.") from refused
        except LeftBeside as made:
            raise CommandError(str(made)) from made
        except OperationalError as lost:
            raise CommandError(
                f"Whether a seal was made is not known, as the database did not answer: {str(lost).strip()} Ask again "
                "when it does: if the seal was made, its file gets its name then. Of what went to standard output "
                "`manage.py verify --seal` says whether the database knows it."
            ) from lost
        except DatabaseError as refused:
            why = str(refused).strip().partition("\n")[0]
            raise CommandError(
                f"No seal was made: the database keeps no row of it ({why}). Ask where it takes rows, with the account "
                "that the site has; throw away what standard output took."
            ) from refused


def _to_standard_output(command: Command) -> Seal:
    """Past Python's own buffer, which would fail only when the process ends, and without one would lose the rest."""
    if sys.stdout is None:
        raise CommandError("No seal was made: standard output is closed; name a new file.")
    try:
        with os.fdopen(os.dup(command.stdout.fileno()), "wb") as out:
            return write_seal(out.write, lambda: _put_on_disk(out))
    except TimeoutError:
        raise
    except OSError as refused:
        raise CommandError(
            f"No seal was made: standard output did not take all of it ({because(refused)}). Throw away what it took, "
            "and ask again where there is room for all, or name a new file."
        ) from refused


def _put_on_disk(out: BinaryIO) -> None:
    out.flush()
    try:
        os.fsync(out.fileno())
    except OSError as refused:
        if refused.errno not in NO_DISK:
            raise


def _to(file: str) -> Seal:
    if not file:
        raise CommandError("No seal was made: name a new file, or - for standard output.")
    try:
        return seal_to(Path(file))
    except (TimeoutError, LeftBeside):
        raise
    except OSError as refused:
        raise CommandError(f"No seal was made: {file}: {because(refused)}.") from refused
