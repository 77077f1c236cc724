"""Gives a process a wall clock that is wrong, where a C compiler is found."""

import shutil
import subprocess
from pathlib import Path

SOURCE = Path(__file__).with_name("wallclock.c")


def compiler() -> str | None:
    """A C compiler, if there is one."""
    return shutil.which("cc") or shutil.which("gcc")


def clock_off_by(seconds: float, folder: Path) -> dict[str, str]:
    """Environment of a process whose clock is off by so many seconds; empty without a compiler."""
    found = compiler()
    if found is None:
        return {}
    library, offset = folder / "wallclock.so", folder / "clock-offset"
    if not library.exists():
        subprocess.run([found, "-shared", "-fPIC", "-O2", "-o", library, SOURCE, "-ldl"], check=True)
    offset.write_text(f"{seconds}\n")
    return {"LD_PRELOAD": str(library), "WALLCLOCK_FILE": str(offset)}
