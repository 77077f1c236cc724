"""`make check`: runs every check, whatever the others say, and counts what failed."""

import subprocess
import sys
import time

from verify_project.runtime.places import CHECKOUT

PYTHON = sys.executable
MANAGE = [PYTHON, "manage.py"]
CHECKS: dict[str, list[str]] = {
    "format": [PYTHON, "-m", "ruff", "format", "--check", "--quiet", "."],
    "lint": [PYTHON, "-m", "ruff", "check", "--quiet", "."],
    "types": [PYTHON, "-m", "mypy"],
    "layers": [PYTHON, "-c", "from importlinter.cli import lint_imports_command as c; c()"],
    "system": [*MANAGE, "check", "--fail-level", "WARNING"],
    "migrations": [PYTHON, "-W", "ignore", *MANAGE[1:], "makemigrations", "--check", "--dry-run"],
    "documents": [*MANAGE, "docs", "--check"],
}


def main() -> int:
    """Run all checks; the number of failures is the exit status."""
    failed = [name for name, command in CHECKS.items() if not passes(name, command)]
    print(f"{len(failed)} of {len(CHECKS)} checks failed: {', '.join(failed)}" if failed else "All checks pass.")
    return len(failed)


def passes(name: str, command: list[str]) -> bool:
    """Run one check; print what it says only when it fails."""
    begun = time.monotonic()
    done = subprocess.run(
        command, cwd=CHECKOUT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    verdict = "ok" if done.returncode == 0 else "FAILED"
    print(f"{name:<12} {verdict} ({time.monotonic() - begun:.1f} s)", flush=True)
    if done.returncode != 0:
        print(done.stdout, flush=True)
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
