#!/bin/sh
# Makes .venv and installs the pinned packages into it; does nothing when that is done already.
# With --dev: also the tools of `make test` and `make check`. Each refusal is one sentence.
set -eu
cd "$(dirname "$0")/../.."
VENV=.venv
STAMP=$VENV/.ready
WANTED=requirements-embedded.txt
[ "${1:-}" = --dev ] && WANTED=requirements-dev.txt

refuse() { echo "$1" >&2; exit 1; }

# Once the tools are there they stay: a later `make run` must not take them away.
case "$(cat $STAMP 2>/dev/null || true)" in "requirements-dev.txt "*) WANTED=requirements-dev.txt ;; esac

# The path is part of the stamp, because the programs in a virtual environment hold it.
stamp() { echo "$WANTED $(cat $WANTED requirements-uv.txt | sha256sum | cut -d' ' -f1) $PWD"; }
is_ready() { [ "$(cat $STAMP 2>/dev/null || true)" = "$(stamp)" ]; }
is_ready && exit 0

[ -w . ] || refuse "The folder $PWD is read-only: copy it to a place you may write to."
if command -v flock >/dev/null; then # two targets at once: one installs, the other waits
  exec 9>.bootstrap.lock || refuse "The folder $PWD is read-only: copy it to a place you may write to."
  flock 9
  is_ready && exit 0
fi

PYTHON=""
for name in ${PYTHON_FOR_VENV:-python3.11 python3.12 python3.13 python3}; do
  if command -v "$name" >/dev/null &&
    "$name" -c 'import sys; sys.exit(sys.version_info[:2] < (3, 11))' 2>/dev/null; then
    PYTHON=$name
    break
  fi
done
[ -n "$PYTHON" ] || refuse "Claim Desk needs Python 3.11 or newer, and this machine has $(python3 --version 2>/dev/null || echo none)."

if ! $VENV/bin/python -c 'import sys, pip; sys.exit(sys.version_info[:2] < (3, 11))' 2>/dev/null; then
  if ! "$PYTHON" -c 'import ensurepip, venv' 2>/dev/null; then
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
      refuse "Python's venv module is missing; install it first: sudo apt-get install -y python3-venv"
    fi
    echo "Installing python3-venv"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3-venv >/dev/null
  fi
  "$PYTHON" -m venv --clear $VENV
fi

echo "Installing the pinned packages of $WANTED"
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
export UV_PYTHON_DOWNLOADS=never UV_NO_CONFIG=1 UV_SYSTEM_CERTS=1 UV_LINK_MODE=copy VIRTUAL_ENV="$PWD/$VENV"
rm -f $STAMP
$VENV/bin/python -m pip install -q --require-hashes -r requirements-uv.txt || true
$VENV/bin/python -m uv pip sync -q --require-hashes "$WANTED" ||
  $VENV/bin/python -m pip install -q --require-hashes -r "$WANTED" ||
  refuse "The packages could not be installed: is there a way to the package index?"
stamp >$STAMP
