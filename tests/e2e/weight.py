"""How heavy a page is for who comes for the first time."""

from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser

BUDGET = 150_000
COUNTED = {"document": "HTML", "stylesheet": "CSS", "script": "JS"}
PAGES = {
    "home": "/",
    "law": "/laws/work-safety-law/",
    "article": "/laws/work-safety-law/28/",
    "compare": "/laws/work-safety-law/compare/",
    "policies": "/policies/",
    "case": "/cases/kunshan-dust-2014/",
    "search": "/search/?q=%E5%9F%B9%E8%AE%AD",
    "course": "/courses/quick-start/",
    "lesson": "/courses/quick-start/q-know/q1-rights-and-duties/",
    "verification": "/verify/",
    "sign-in": "/account/login/",
}
# The player weighs; only the page that plays may load it.
PLAYER = "/hls"
WITH_PLAYER = {"lesson"}


def weigh(browser: Browser, url: str, path: str) -> dict[str, Any]:
    """Return the bytes over the wire by kind, and the scripts, of a fresh visit."""
    context = browser.new_context(base_url=url, locale="zh-CN")
    page = context.new_page()
    requests = []
    page.on("requestfinished", lambda request: requests.append(request))
    page.goto(path, wait_until="networkidle")
    sizes = dict.fromkeys(COUNTED.values(), 0)
    scripts = []
    for request in requests:
        kind = COUNTED.get(request.resource_type)
        if kind is None or urlsplit(request.url).scheme == "blob":
            continue
        sizes[kind] += request.sizes()["responseBodySize"]
        if kind == "JS":
            scripts.append(urlsplit(request.url).path)
    context.close()
    return sizes | {"scripts": scripts, "total": sum(sizes.values())}
