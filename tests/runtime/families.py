"""Which processes came of which, and which of them still live."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

Born = tuple[int, int]  # process id and start time: ids come back, the pair does not


def everybody() -> Iterator[tuple[Born, int]]:
    """Every living process, known by its id and its start, with the id of its parent."""
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if fields[0] != "Z":
            yield (int(entry.parent.name), int(fields[19])), int(fields[1])


def offspring(pid: int) -> set[Born]:
    """Every process that this one has started, and those they have started."""
    parents = dict(everybody())
    known = {pid}
    while more := {born for born, parent in parents.items() if parent in known and born[0] not in known}:
        known |= {pid for pid, _ in more}
    return {born for born in parents if born[0] in known - {pid}}


def alive(family: set[Born]) -> set[Born]:
    """Those of the family that still live."""
    return family & {born for born, _ in everybody()}


def described(family: set[Born]) -> str:
    """What each of them that still lives runs, with its parent, a line each."""
    parents, found = dict(everybody()), []
    for born in family & parents.keys():
        with suppress(OSError):  # it has gone meanwhile
            words = Path(f"/proc/{born[0]}/cmdline").read_bytes().split(b"\0")
            found.append(f"{born} of {parents[born]}: {b' '.join(words).decode()}")
    return "\n".join(found)
