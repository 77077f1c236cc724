"""The bootstrap says in one sentence what a machine lacks."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from verify_project.runtime.places import CHECKOUT

SCRIPT = "verify_project/runtime/bootstrap.sh"
NEEDED = ("sh", "cat", "sha256sum", "cut", "dirname", "id", "flock", "rm")
OLD_PYTHON = '#!/bin/sh\ncase "$1" in --version) echo "Python 3.9.2" ;; *) exit 1 ;; esac\n'
NO_VENV = '#!/bin/sh\ncase "$2" in *ensurepip*) exit 1 ;; *) exit 0 ;; esac\n'


@pytest.fixture
def clone() -> Iterator[Path]:
    """The parts of a fresh clone that the bootstrap reads, where any user may look."""
    with tempfile.TemporaryDirectory(dir="/tmp") as made:
        root = Path(made)
        root.chmod(0o755)
        (root / SCRIPT).parent.mkdir(parents=True)
        for name in (SCRIPT, "requirements-embedded.txt", "requirements-dev.txt", "requirements-uv.txt"):
            shutil.copy(CHECKOUT / name, root / name)
        yield root


def only_these(clone: Path, **programs: str) -> str:
    """A PATH with the shell's tools and the programs given as scripts."""
    folder = clone / "bin"
    folder.mkdir()
    for name in NEEDED:
        if found := shutil.which(name):
            (folder / name).symlink_to(found)
    for name, text in programs.items():
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)
    return str(folder)


def bootstrap(clone: Path, path: str, *, user: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run the script of that clone."""
    line = ["/bin/sh", str(clone / SCRIPT)]
    groups: list[str] | None = [] if user else None
    return subprocess.run(
        line, env={"PATH": path}, capture_output=True, text=True, check=False, user=user, extra_groups=groups
    )


def test_a_too_old_python_gets_one_sentence(clone: Path) -> None:
    done = bootstrap(clone, only_these(clone, python3=OLD_PYTHON))
    assert done.returncode == 1
    assert done.stderr == "Claim Desk needs Python 3.11 or newer, and this machine has Python 3.9.2.\n"


def test_a_missing_venv_module_gets_the_line_that_installs_it(clone: Path) -> None:
    done = bootstrap(clone, only_these(clone, python3=NO_VENV))  # no apt-get on this PATH
    assert done.returncode == 1
    assert done.stderr.strip().endswith("sudo apt-get install -y python3-venv")


def test_a_read_only_folder_gets_one_sentence(clone: Path) -> None:
    path = only_these(clone)
    if os.geteuid() == 0:
        done = bootstrap(clone, path, user="nobody")  # root may write anywhere
    else:
        clone.chmod(0o555)
        done = bootstrap(clone, path)
        clone.chmod(0o755)
    assert done.returncode == 1
    assert done.stderr == f"The folder {clone} is read-only: copy it to a place you may write to.\n"


def test_a_ready_environment_is_left_alone() -> None:
    before = (CHECKOUT / ".venv/.ready").stat().st_mtime_ns
    subprocess.run([CHECKOUT / SCRIPT], check=True)
    assert (CHECKOUT / ".venv/.ready").stat().st_mtime_ns == before
