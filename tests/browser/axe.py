"""Accessibility of a page as axe-core sees it: WCAG 2.0 to 2.2, A and AA, and best practices."""

from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

# A result names elements by their place alone. Sizes and styles of an element are read once a run: axe asks for them
# anew for every word that stands in it otherwise, and nothing moves meanwhile.
SCRIPT = AXE_SCRIPT + ";axe.configure({noHtml: true})"
RUN = """async ([within, options]) => {
  const sizes = ["scrollWidth", "scrollHeight", "clientWidth", "clientHeight"];
  const own = sizes.map(name => Object.getOwnPropertyDescriptor(Element.prototype, name));
  const { getComputedStyle } = window, { getPropertyValue } = CSSStyleDeclaration.prototype;
  const styles = new WeakMap(), values = new WeakMap();
  const once = (kept, key, read) => {
    if (!kept.has(key)) kept.set(key, read());
    return kept.get(key);
  };
  sizes.forEach((name, place) => {
    const kept = new WeakMap(), get = own[place].get;
    const read = function () { return once(kept, this, () => get.call(this)); };
    Object.defineProperty(Element.prototype, name, { ...own[place], get: read });
  });
  window.getComputedStyle = (element, pseudo) => {
    if (pseudo) return getComputedStyle(element, pseudo);
    const style = once(styles, element, () => getComputedStyle(element));
    once(values, style, () => new Map());
    return style;
  };
  CSSStyleDeclaration.prototype.getPropertyValue = function (name) {
    const kept = values.get(this);
    return kept ? once(kept, name, () => getPropertyValue.call(this, name)) : getPropertyValue.call(this, name);
  };
  try {
    const { violations } = await axe.run(within ?? document, options);
    return violations.map(({ id, help, nodes }) => ({ id, help, targets: nodes.map(node => node.target) }));
  } finally {
    sizes.forEach((name, place) => Object.defineProperty(Element.prototype, name, own[place]));
    Object.assign(window, { getComputedStyle });
    Object.assign(CSSStyleDeclaration.prototype, { getPropertyValue });
  }
}"""
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
    if not page.evaluate("'axe' in window"):
        page.evaluate(SCRIPT)
    found = page.evaluate(RUN, [within, options])
    ours = [violation for violation in found if violation["id"] not in theirs]
    assert not ours, "\n".join(_described(violation) for violation in ours)


def _described(violation: dict[str, Any]) -> str:
    places = [" > ".join(map(str, target)) for target in violation["targets"]]
    return f"{violation['id']}: {violation['help']}\n  " + "\n  ".join(places[:8])
