"""Files of seals: whole on the disk before their rows are kept, under their names only afterwards, none written over.

A seal is written under a name that begins with a dot. Once that file would outlast the machine its row is committed,
and only then does it get its name. What ends a process in between, or keeps the answer to the commit from it, is made
good by the next who seals into the same directory: there is the file, and the database knows whether it has the row.
"""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from time import monotonic, sleep
from typing import BinaryIO

from django.db import DatabaseError, OperationalError

from claims.models import Seal
from claims.services.alone import alone

TURN = 4024  # the advisory lock under which one seal is made after the other, each bound to the one before
PATIENCE = 60.0  # seconds to wait for the turn

_LEFT = re.compile(r"\.(.+)\.[0-9a-f]{8}")
_END = re.compile(rb"\nsha256 ([0-9a-f]{64})\n")
_END_BYTES = 73
_NO_LINKS = {errno.EPERM, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP}  # of disks on which a file has one name


class LeftBeside(OSError):
    """The seal was made, and its row is kept; but its file could not get its name yet."""


@contextmanager
def in_turn() -> Iterator[None]:
    """A block in which nobody else makes a seal. Raises `TimeoutError` where another one takes too long."""
    until = monotonic() + PATIENCE
    while True:
        with alone(TURN) as free:
            if free:
                yield
                return
        if monotonic() > until:
            raise TimeoutError("another seal is being made; try again when that has ended, or end it")
        sleep(0.05)


@dataclass
class NewFile:
    """A file that is being written. It `lasts` once all of it is on the disk."""

    path: Path
    file: BinaryIO
    lasts: bool = False

    def put_on_disk(self) -> None:
        """Return when the file would outlast the machine."""
        self.file.flush()
        os.fsync(self.file.fileno())
        _put_on_disk(self.path.parent)
        self.lasts = True


@contextmanager
def new_file(path: Path) -> Iterator[NewFile]:
    """A file to be written in turn, which gets its name when the block ends.

    It stays, under its other name, where the block fails after it was put on the disk: its row may be kept, unless the
    database has said that it is not. Raises `OSError` where it cannot be written, `FileExistsError` where the name is
    taken.
    """
    finish(path.parent)
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, "it is a directory; name a new file in it")
    if os.path.lexists(path):
        raise _taken()
    part = path.with_name(f".{path.name}.{token_hex(4)}")
    with part.open("xb") as file:
        new = NewFile(part, file)
        try:
            yield new
        except BaseException as failed:
            if not new.lasts or _was_refused(failed):
                part.unlink(missing_ok=True)
            raise
    try:
        _place(part, path)
    except OSError as refused:
        raise LeftBeside(
            f"The seal was made, but its file could not be called {path}: {because(refused)}. It is {part}; the next "
            "seal that is made into this directory gives it a name."
        ) from refused


def _was_refused(failed: BaseException) -> bool:
    """Whether the database has answered, and kept no row: it is read only, or lacks the table or the right to it."""
    return isinstance(failed, DatabaseError) and not isinstance(failed, OperationalError)


def because(refused: OSError) -> str:
    """Why, without the name of the file that nobody has asked for."""
    return refused.strerror or str(refused)


def finish(directory: Path) -> None:
    """Give the seals that were left in a directory their names: those whose rows were kept. To be done in turn."""
    if not directory.is_dir():
        there = os.path.lexists(directory)
        raise NotADirectoryError(
            errno.ENOTDIR, "what should be the directory is none" if there else "the directory is not there"
        )
    left = {Path(entry): name for entry in os.scandir(directory) if (name := _LEFT.fullmatch(entry.name))}
    for part, name in left.items():
        end = _end_of(part)
        if end and Seal.objects.filter(sha256=end).exists():
            path = directory / name[1]
            with suppress(FileExistsError):
                _place(part, path)
                continue
            _place(part, path.with_name(f"{path.stem}-{end[:8]}{path.suffix}"))


def _end_of(part: Path) -> str | None:
    """The SHA-256 that stands at the end of a file, if it is a seal that was written to the end."""
    with suppress(OSError):
        if part.is_symlink() or not part.is_file():
            return None
        with part.open("rb") as file:
            file.seek(-_END_BYTES, os.SEEK_END)
            end = _END.fullmatch(file.read())
        return end[1].decode() if end else None
    return None


def _place(part: Path, path: Path) -> None:
    """Give a file its name, unless that is taken by another. In a directory that only takes new files it keeps both."""
    try:
        os.link(part, path)
    except FileExistsError:
        if not path.samefile(part):  # it had got the one name and not lost the other
            raise _taken() from None
    except OSError as refused:
        if refused.errno not in _NO_LINKS:
            raise
        if os.path.lexists(path):
            raise _taken() from None
        part.rename(path)
    with suppress(PermissionError):
        part.unlink(missing_ok=True)
    _put_on_disk(path.parent)


def _taken() -> FileExistsError:
    return FileExistsError(errno.EEXIST, "it is there already, and no seal is written over")


def _put_on_disk(directory: Path) -> None:
    """The name of a file is lasting once its directory is."""
    opened = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
