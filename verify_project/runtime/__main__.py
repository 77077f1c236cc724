"""Run one command with a database and a broker: `python -m verify_project.runtime with -- …`."""

import argparse
import os
import signal
import subprocess
import sys
from types import FrameType

from verify_project.runtime.places import CHECKOUT, RuntimeProblem
from verify_project.runtime.processes import before_exec
from verify_project.runtime.servers import clean_data, servers

MIGRATE = [sys.executable, str(CHECKOUT / "manage.py"), "migrate", "--no-input", "--verbosity", "0"]

ENDED = 128 + signal.SIGTERM


def main() -> int:
    """Do what the command line asks; the exit status of the command run is ours."""
    options = parse()
    try:
        if options.what == "clean-data":
            print(clean_data())
            return 0
        end = End()
        with servers(throwaway=options.throwaway) as found:
            addresses = {"DATABASE_URL": found.database_url, "BROKER_URL": found.broker_url}
            environment = os.environ | addresses
            if options.migrated and (status := run(MIGRATE, environment, end)):
                return status
            return run(options.command, environment, end)
    except RuntimeProblem as problem:
        print(problem, file=sys.stderr)
        return 1


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m verify_project.runtime", description=__doc__)
    choices = parser.add_subparsers(dest="what", required=True)
    choices.add_parser("clean-data", help="remove the data of this checkout's servers")
    runs = choices.add_parser("with", help="run a command on this checkout's servers")
    runs.add_argument("--throwaway", action="store_true", help="on temporary ones instead")
    runs.add_argument("--migrated", action="store_true", help="bring the tables up to date first")
    runs.add_argument("command", nargs="+")
    return parser.parse_args()


class End:
    """What SIGTERM asks for, remembered.

    While servers start or stop it ends us by an exception. While a command is started or runs it is
    passed on to the command instead: an exception that is raised at a fork is printed and lost.
    """

    def __init__(self) -> None:
        self.asked = False
        self.starting = False
        self.child: subprocess.Popen[bytes] | None = None
        signal.signal(signal.SIGTERM, self)

    def __call__(self, number: int, frame: FrameType | None) -> None:
        self.asked = True
        if self.child:
            self.child.terminate()
        elif not self.starting:
            sys.exit(ENDED)


def run(command: list[str], environment: dict[str, str], end: End) -> int:
    """Run a child to its end; Ctrl-C reaches it too, so we only wait for it.

    Answers its exit status. Raises RuntimeProblem when it cannot be run.
    """
    end.starting = True
    try:
        end.child = subprocess.Popen(command, env=environment, preexec_fn=before_exec(signal.SIGTERM))
    except OSError as error:
        raise RuntimeProblem(f"Cannot run {command[0]}: {error.strerror}.") from error
    finally:
        end.starting = False
    if end.asked:
        end.child.terminate()
    try:
        status = wait_for(end.child)
    finally:
        end.child = None
    return status if status >= 0 else 128 - status


def wait_for(child: subprocess.Popen[bytes]) -> int:
    """Its exit status, when it has ended by itself."""
    while True:
        try:
            return child.wait()
        except KeyboardInterrupt:
            continue


if __name__ == "__main__":
    sys.exit(main())
