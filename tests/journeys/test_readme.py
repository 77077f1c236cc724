"""What README and docs show of curl works when somebody copies it: the lines are run as they stand."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from claims.api.examples import DESCRIPTION
from claims.models import Scope
from tests.api.conftest import everything_is_final
from tests.factories import a_key
from tests.journeys.conftest import Site
from verify_project.runtime.places import CHECKOUT

pytestmark = [
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(shutil.which("curl") is None, reason="no curl"),
]


def first_call() -> list[str]:
    """The commands of the block under "First call", without the line that sets address and key."""
    readme = (CHECKOUT / "README.md").read_text()
    block = re.search(r"## First call\n.*?```sh\n(.*?)```", readme, re.DOTALL)
    assert block, "the README has no first call"
    commands = re.split(r"\n\n+", block.group(1).strip())
    assert commands[0].startswith("export CLAIMDESK=")
    return commands[1:]


def run(site: Site, *commands: str) -> list[Any]:
    """What the commands print in one shell, read as JSON."""
    environment = os.environ | {"CLAIMDESK": site.url, "KEY": a_key(*Scope)[1]}
    script = "\n".join(f"{command}; echo" for command in commands)
    done = subprocess.run(
        ["bash", "-c", script], env=environment, capture_output=True, text=True, timeout=60, check=True
    )
    return [json.loads(line) for line in done.stdout.splitlines() if line]


def test_its_lines_make_an_article_and_a_claim_and_read_the_feed(site: Site) -> None:
    make_article, make_claim, read_feed = first_call()
    (claim,) = run(site, make_article, make_claim)
    assert claim["state"] == "proposed"
    assert claim["quote"]["exact"] in make_article
    everything_is_final()
    feed = run(site, read_feed)[0]["results"]
    assert [(event["claim"], event["type"]) for event in feed] == [(claim["id"], "org.claimdesk.claim.propose.v1")]


def shown(text: str) -> list[str]:
    """The blocks for a shell in which curl asks something that ends."""
    blocks = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    return [block for block in blocks if "curl" in block and " -N " not in block]


@pytest.mark.parametrize("name", ["api.md", "webhooks.md", "feeds.md", "the description in the API document"])
def test_the_lines_of_the_docs_are_answered(site: Site, tmp_path: Path, name: str) -> None:
    text = (CHECKOUT / "docs" / name).read_text() if name.endswith(".md") else DESCRIPTION
    (tmp_path / ".curlrc").write_text("fail-with-body\nsilent\nshow-error\n")
    environment = os.environ | {"CLAIMDESK": site.url, "KEY": a_key(*Scope)[1], "HOME": str(tmp_path)}
    blocks = shown(text)
    assert blocks
    for block in blocks:
        done = subprocess.run(
            ["bash", "-ec", block], env=environment, capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, f"{block}\n{done.stdout}\n{done.stderr}"
