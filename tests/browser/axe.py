"""Accessibility of a page as axe-core sees it: WCAG 2.0 to 2.2, A and AA, and best practices."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

LOADED, THERE = Axe(), Axe(axe_script="0")  # the first brings the script into the page, the second finds it there
RULES = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
OF_COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}


def assert_axe_clean(
    page: Page, *, within: str | None = None, theirs: frozenset[str] = frozenset(), colours_only: bool = False
) -> None:
    """Fail with the rules broken and the elements that break them. `within` is a CSS selector.

    `within` exists for pages in the admin theme, whose own frame is not ours to mend; `theirs` are rules that a
    part of the page breaks which another package draws. `colours_only` asks what another theme can change.
    """
    options = {"runOnly": OF_COLOURS if colours_only else RULES, "resultTypes": ["violations"]}
    axe = THERE if page.evaluate("'axe' in window") else LOADED
    found = axe.run(page, context=within, options=options).response["violations"]
    ours = [violation for violation in found if violation["id"] not in theirs]
    assert not ours, "\n".join(_described(violation) for violation in ours)


def _described(violation: dict[str, Any]) -> str:
    places = [" > ".join(map(str, node["target"])) for node in violation["nodes"]]
    return f"{violation['id']}: {violation['help']}\n  " + "\n  ".join(places[:8])
