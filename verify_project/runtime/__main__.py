"""Run one command with a database and a broker: `python -m verify_project.runtime with -- …`."""

import argparse
import os
import signal
import subprocess
import sys

from verify_project.runtime.places import CHECKOUT, RuntimeProblem
from verify_project.runtime.processes import before_exec
from verify_project.runtime.servers import clean_data, servers

MIGRATE = [sys.executable, str(CHECKOUT / "manage.py"), "migrate", "--no-input", "--verbosity", "0"]


def main() -> int:
    """Do what the command line asks; the exit status of the command run is ours."""
    options = parse()
    try:
        if options.what == "clean-data":
            print(clean_data())
            return 0
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
        with servers(throwaway=options.throwaway) as found:
            addresses = {"DATABASE_URL": found.database_url, "BROKER_URL": found.broker_url}
            environment = os.environ | addresses
            if options.migrated and (status := run(MIGRATE, environment)):
                return status
            return run(options.command, environment)
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


def run(command: list[str], environment: dict[str, str]) -> int:
    """Run a child to its end; Ctrl-C reaches it too, so we only wait for it."""
    try:
        child = subprocess.Popen(command, env=environment, preexec_fn=before_exec(signal.SIGTERM))
    except OSError as error:
        raise RuntimeProblem(f"Cannot run {command[0]}: {error.strerror}.") from error
    while True:
        try:
            status = child.wait()
        except KeyboardInterrupt:
            continue
        except SystemExit:
            child.terminate()
        else:
            return status if status >= 0 else 128 - status


if __name__ == "__main__":
    sys.exit(main())
