"""How soon a page is there, on a slow phone with a slow network.

Everything is served as in production: gunicorn, compressed files that browsers keep.
Each figure stands beside its floor: an empty page of the same server under the same
conditions, measured in the same run.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
from pathlib import Path

import pytest

from tests.browser import ARGUMENTS
from tests.e2e.conftest import browser, site  # noqa: F401 -- fixtures
from tests.e2e.weight import BUDGET, PAGES, weigh

pytestmark = [pytest.mark.slow, pytest.mark.browser]
ROOT = Path(__file__).resolve().parents[2]
TIMES = 5
CPU_SLOWDOWN = 4
# "Slow 4G" as Chromium's developer tools name it.
SLOW_4G = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1.6 * 1024 * 1024 / 8,
    "uploadThroughput": 750 * 1024 / 8,
}
FLOOR = "/health/live"
TIMED = ("home", "article", "lesson")
JUDGED = ("home", "article", "course", "verification")
LCP_GOAL, CLS_GOAL = 2000, 0.05
GOALS = {"performance": 90, "accessibility": 95, "best-practices": 95}
PRESET = "mobile (Lighthouse's default: simulated slow 4G, 4x CPU)"

OBSERVE = """
  window.__paint = {lcp: 0, cls: 0};
  new PerformanceObserver(list => {
    for (const entry of list.getEntries()) window.__paint.lcp = entry.startTime;
  }).observe({type: 'largest-contentful-paint', buffered: true});
  new PerformanceObserver(list => {
    for (const entry of list.getEntries())
      if (!entry.hadRecentInput) window.__paint.cls += entry.value;
  }).observe({type: 'layout-shift', buffered: true});
"""


def say(line):
    sys.stdout.write(f"\n{line}")


def paint(browser, url, path):  # noqa: F811 -- the fixture's name
    """Return LCP in ms and CLS of one first visit on a slow phone."""
    context = browser.new_context(
        base_url=url,
        locale="zh-CN",
        viewport={"width": 390, "height": 844},
        device_scale_factor=2,
    )
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", SLOW_4G)
    session.send("Emulation.setCPUThrottlingRate", {"rate": CPU_SLOWDOWN})
    page.add_init_script(OBSERVE)
    page.goto(path, wait_until="load", timeout=120_000)
    page.wait_for_timeout(1500)
    found = page.evaluate(
        """() => ({...window.__paint, fcp: (performance.getEntriesByName(
          'first-contentful-paint')[0] || {startTime: 0}).startTime})"""
    )
    context.close()
    return found["lcp"] or found["fcp"], found["cls"]


def test_weight(site, browser):  # noqa: F811
    for name, path in PAGES.items():
        found = weigh(browser, site.url, path)
        parts = ", ".join(f"{k} {found[k] / 1000:.1f}" for k in ("HTML", "CSS", "JS"))
        say(
            f"{name}: {found['total'] / 1000:.1f} kB compressed ({parts}); "
            f"budget {BUDGET / 1000:.0f} kB"
        )


def test_paint(site, browser):  # noqa: F811
    floor = [paint(browser, site.url, FLOOR)[0] for _turn in range(TIMES)]
    for name in TIMED:
        turns = [paint(browser, site.url, PAGES[name]) for _turn in range(TIMES)]
        lcp = statistics.median(turn[0] for turn in turns)
        cls = statistics.median(turn[1] for turn in turns)
        say(
            f"{name}: LCP {lcp:.0f} ms (goal {LCP_GOAL}), CLS {cls:.3f} "
            f"(goal {CLS_GOAL}); floor (empty answer): "
            f"{statistics.median(floor):.0f} ms; 4x CPU, slow 4G, median of {TIMES}"
        )


def find_lighthouse():
    """Return the program that `LIGHTHOUSE` names, or one of ours or of the path."""
    local = ROOT / "node_modules" / ".bin" / "lighthouse"
    named = os.environ.get("LIGHTHOUSE") or shutil.which("lighthouse")
    return named or (str(local) if local.exists() else None)


def lighthouse(address):
    """Return the scores of one run, 0 to 100."""
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    program = find_lighthouse()
    if program is None or chromium is None:
        pytest.skip("needs Chromium and Lighthouse: see docs/quality.md")
    command = [
        *(program, address, "--quiet", "--output=json"),
        *("--only-categories=" + ",".join(GOALS), "--max-wait-for-load=60000"),
        "--chrome-flags=--headless=new " + " ".join(ARGUMENTS),
    ]
    for _attempt in range(3):
        answer = subprocess.run(
            command,
            env=os.environ | {"CHROME_PATH": chromium},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        # A trace without its first event: Lighthouse asks to be run again then.
        if "NO_NAVSTART" not in answer.stderr:
            break
    assert answer.returncode == 0, answer.stderr[-2000:]
    categories = json.loads(answer.stdout)["categories"]
    return {name: round(100 * categories[name]["score"]) for name in GOALS}


def test_lighthouse(site):  # noqa: F811
    for name in JUDGED:
        turns = [lighthouse(site.url + PAGES[name]) for _turn in range(TIMES)]
        figures = ", ".join(
            f"{category} {statistics.median(turn[category] for turn in turns):.0f} "
            f"(goal {goal})"
            for category, goal in GOALS.items()
        )
        say(f"{name}: {figures}; Lighthouse 12.8, preset {PRESET}, median of {TIMES}")
