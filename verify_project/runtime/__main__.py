"""Run one command with a database and a broker: `python -m verify_project.runtime with -- …`."""

import argparse
import os
import signal
import subprocess
import sys

from verify_project.runtime.places import RuntimeProblem
from verify_project.runtime.processes import before_exec
from verify_project.runtime.servers import servers


def main() -> int:
    """Run the command; its exit status is ours."""
    parser = argparse.ArgumentParser(prog="python -m verify_project.runtime", description=__doc__)
    choices = parser.add_subparsers(dest="what", required=True)
    runs = choices.add_parser("with", help="run a command on this checkout's servers")
    runs.add_argument("--throwaway", action="store_true", help="on temporary ones instead")
    runs.add_argument("command", nargs="+")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        with servers(throwaway=options.throwaway) as found:
            addresses = {"DATABASE_URL": found.database_url, "BROKER_URL": found.broker_url}
            return run(options.command, os.environ | addresses)
    except RuntimeProblem as problem:
        print(problem, file=sys.stderr)
        return 1


def run(command: list[str], environment: dict[str, str]) -> int:
    """Run a child to its end; Ctrl-C reaches it too, so we only wait for it."""
    child = subprocess.Popen(
        command, env=environment, preexec_fn=before_exec(signal.SIGTERM)
    )
    while True:
        try:
            return child.wait()
        except KeyboardInterrupt:
            continue
        except SystemExit:
            child.terminate()


if __name__ == "__main__":
    sys.exit(main())
