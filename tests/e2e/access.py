"""What every page must keep: axe's rules, reflow, targets, quiet console.

Each check returns findings as lines; a page that is fine returns none.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parents[2]
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# 320 px is the narrowest phone, 640 what 200% zoom leaves of a 1280 px window.
NARROW = (320, 640)
# WCAG 2.2 AA asks for 24 px (axe measures it, with its exceptions); what people are
# there to press is as large as a thumb.
MAIN_ACTIONS = (
    ".btn:not(.btn--small), .option, .bottom-nav__link, .input, .tool, .chip, summary"
)
THUMB = 44

# As small as what they drag: fields with numbers beside them do the same, which is
# WCAG's exception. They come with the preview, so a fast axe does not meet them.
SMALL_BY_NATURE = ".design__handle"

RUN_AXE = """async ([within, options, small]) => {
  const found = await axe.run(within || document, options);
  const judged = found.violations.map(v => [v.id, v.help, v.nodes.filter(n =>
    v.id !== 'target-size' || !document.querySelector(n.target[0])?.matches(small))]);
  return judged.filter(([, , nodes]) => nodes.length).map(([id, help, nodes]) => [
    id, help, nodes.slice(0, 3).map(
      n => [n.target.join(' '), n.any.concat(n.all, n.none).map(c => c.message)[0]])]);
}"""

WIDER = """() => {
  const root = document.documentElement;
  if (root.scrollWidth <= root.clientWidth) return [];
  const scrolls = node => {
    for (let at = node.parentElement; at && at !== document.body; at = at.parentElement)
      if (getComputedStyle(at).overflowX !== 'visible') return true;
    return false;
  };
  const wide = [...document.body.querySelectorAll('*')].filter(node =>
    node.getBoundingClientRect().right > root.clientWidth + 1 && !scrolls(node));
  return [`${root.scrollWidth} of ${root.clientWidth}: ` + wide.slice(-2).map(
    node => node.tagName.toLowerCase() + '.' + node.getAttribute('class')).join(', ')];
}"""

SMALL_TARGETS = """([selector, thumb]) => [...document.querySelectorAll(selector)]
  .filter(node => node.checkVisibility({visibilityProperty: true,
    opacityProperty: true}))
  .filter(node => !node.closest('.visually-hidden'))
  .map(node => [node, node.getBoundingClientRect()])
  .filter(([node, box]) => box.width && (box.height < thumb - 0.5
    || node.matches('.bottom-nav__link, .tool, .btn--icon') && box.width < thumb - 0.5))
  .map(([node, box]) => `${node.tagName.toLowerCase()}.${node.className} `
    + `${Math.round(box.width)}x${Math.round(box.height)} `
    + (node.textContent.trim() || node.name || '').slice(0, 20))"""

OUTSIDE = """within => [...document.querySelectorAll(`${within} *`)].filter(node => {
  const box = node.getBoundingClientRect();
  if (!box.width || box.right <= innerWidth + 1) return false;
  for (let at = node.parentElement; at && at !== document.body; at = at.parentElement)
    if (['auto', 'scroll'].includes(getComputedStyle(at).overflowX)
      && at.getBoundingClientRect().right <= innerWidth + 1) return false;
  return true;
}).slice(0, 3).map(
  node => `${node.tagName.toLowerCase()}.${node.getAttribute('class')}`)"""

UNPIN = """() => {
  for (const node of document.querySelectorAll('body *')) {
    const position = getComputedStyle(node).position;
    if (node.closest('dialog, .menu__panel, .skip-link, .toasts')) continue;
    if (position === 'fixed' || position === 'sticky') node.style.position = 'static';
  }
}"""

MOVING = """() => document.getAnimations().filter(a => a.playState === 'running'
  && a.effect.getComputedTiming().duration > 1).map(
  a => a.animationName || a.transitionProperty)"""


@cache
def axe_source() -> str:
    return (ROOT / "node_modules/axe-core/axe.min.js").read_text()


def unpin(page: Page) -> None:
    """Let bars that stay at an edge flow with the page.

    What they hide depends on where one has scrolled to; that nothing focused hides
    behind them is the keyboard walk's to tell.
    """
    page.evaluate(UNPIN)


def axe(
    page: Page,
    *,
    rules: list[str] | None = None,
    colors: bool = True,
    within: str = "",
) -> list[str]:
    """Run axe-core; with `rules` only these, without `colors` all but the contrast.

    `within` keeps it to a part of the page, by its selector.

    The source is evaluated through the debugger, which the page's content security
    policy does not concern.
    """
    if not page.evaluate("typeof window.axe === 'object'"):
        page.evaluate(axe_source())
    options: dict[str, Any] = {"resultTypes": ["violations"]}
    if rules:
        options["runOnly"] = {"type": "rule", "values": rules}
    else:
        options["runOnly"] = {"type": "tag", "values": TAGS}
        options["rules"] = {
            "target-size": {"enabled": True},
            "color-contrast": {"enabled": colors},
        }
    return [
        f"axe {rule} ({text}): {json.dumps(nodes, ensure_ascii=False)}"
        for rule, text, nodes in page.evaluate(
            RUN_AXE, [within, options, SMALL_BY_NATURE]
        )
    ]


def come_to_rest(page: Page) -> None:
    """Wait for what is moving or changing its color, as the frame around our pages."""
    page.evaluate(
        "() => Promise.allSettled(document.getAnimations().map(a => a.finished))"
    )


def contrast(page: Page, *, within: str = "") -> list[str]:
    return axe(page, rules=["color-contrast"], within=within)


def look(page: Page, **chosen: str) -> None:
    """Choose a look the way the switches in the footer do; none: the first one."""
    page.evaluate(
        """chosen => { for (const name of ['theme', 'contrast', 'text'])
          if (chosen[name]) document.documentElement.dataset[name] = chosen[name];
          else delete document.documentElement.dataset[name]; }""",
        chosen,
    )


def reflow(page: Page, *, widths: tuple[int, ...] = NARROW) -> list[str]:
    """Look for sideways scrolling on a narrow phone, zoomed, and with large text."""
    found = []
    height = page.viewport_size["height"]
    for width in widths:
        page.set_viewport_size({"width": width, "height": height})
        found += [f"{width} px wide: {line}" for line in page.evaluate(WIDER)]
        if width == min(NARROW):
            look(page, text="large")
            found += [f"{width} px, large: {x}" for x in page.evaluate(WIDER)]
            look(page)
    return found


def wider_inside(page: Page, within: str) -> list[str]:
    """Look for what is cut off at the edge of the window inside a part of the page."""
    return [f"cut off: {node}" for node in page.evaluate(OUTSIDE, within)]


def targets(page: Page) -> list[str]:
    small = page.evaluate(SMALL_TARGETS, [MAIN_ACTIONS, THUMB])
    return [f"small target: {line}" for line in small]


def motion(page: Page) -> list[str]:
    return [f"moves in spite of reduced motion: {n}" for n in page.evaluate(MOVING)]


def document_basics(page: Page, language: str) -> list[str]:
    """One h1, a title, the right language."""
    found = []
    headings = page.evaluate("document.querySelectorAll('h1').length")
    if headings != 1:
        found.append(f"{headings} h1")
    if not page.title().strip(" ·"):
        found.append("no title")
    given = page.evaluate("document.documentElement.lang")
    if given != language:
        found.append(f"lang is {given}, not {language}")
    return found
