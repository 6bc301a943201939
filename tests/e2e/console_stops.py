"""The consoles and the editors' admin: what `stops` has no room for."""

from playwright.sync_api import Page

from tests.e2e import stops
from tests.e2e.stops import (
    BOTH,
    FACTORY,
    ZH,
    Arrange,
    Stop,
    fill,
    follow,
    plan_on_site,
    send_empty,
)


def upload(selector: str, *, name: str, text: str, wait_for: str = "") -> Arrange:
    """Hand in a small file by the form that has the field."""

    def arrange(page: Page) -> None:
        content = {"name": name, "mimeType": "text/plain", "buffer": text.encode()}
        page.set_input_files(selector, content)
        form = page.locator(f"form:has({selector})")
        form.locator("button[type=submit]").first.click()
        page.wait_for_load_state()
        if wait_for:
            page.wait_for_selector(wait_for, timeout=30_000)

    return arrange


def show_badge(page: Page) -> None:
    page.locator("input[name=is_enabled], main input[type=checkbox]").first.check()
    page.locator("main form button[type=submit]").click()
    page.wait_for_selector("main pre")


def add_without_mail(page: Page) -> None:
    """Add somebody who signs in by number: the password is shown once."""
    page.locator("input[name=name]").fill("吴新人")
    page.locator("input[name=employee_number]").fill(f"N{page.evaluate('Date.now()')}")
    page.locator("input[name=starts_on]").fill("2026-01-05")
    page.locator("main form button[type=submit]").click()
    page.wait_for_load_state()


def one_person_below(rest: str) -> Arrange:
    def arrange(page: Page) -> None:
        follow("main tbody a[href*='/members/']")(page)
        page.goto(page.url + rest)

    return arrange


def list_of_on_site(page: Page) -> None:
    listed = page.url
    plan_on_site(page)
    page.goto(listed)


def wrong_items(page: Page) -> None:
    """Check a list of items of which none can be taken."""
    page.locator("select[name$=bank]").first.select_option(index=1)
    upload(
        "input[type=file]",
        name="items.csv",
        text="code,type,question\nX1,choice,?\nX2,unheard,?\n",
        wait_for="main table.listing",
    )(page)


CONSOLES = (
    Stop("changes", FACTORY + "changes/", "admin"),
    Stop("change", FACTORY + "changes/{consoles[change]}/", "admin"),
    Stop(
        "change-error",
        FACTORY + "changes/{consoles[change]}/",
        "admin",
        fill({"textarea[name=note]": ""}, press="Tab"),
    ),
    Stop("administrators", FACTORY + "administrators/", "admin"),
    Stop(
        "administrators-error",
        FACTORY + "administrators/",
        "admin",
        send_empty("main section form.form"),
    ),
    Stop("findings", FACTORY + "findings/", "admin"),
    Stop("findings-open", FACTORY + "findings/?state=open", "admin"),
    Stop("findings-closed", FACTORY + "findings/?state=closed", "admin"),
    Stop("report", "{consoles[report]}", "admin"),
    Stop("packages", FACTORY + "packages/", "admin"),
    Stop("badge", FACTORY + "badge/", "admin"),
    Stop("badge-shown", FACTORY + "badge/", "admin", show_badge),
    Stop("first-codes", FACTORY + "members/first-codes/", "admin"),
    Stop("member-added", FACTORY + "members/add/", "admin", add_without_mail),
    Stop("posts", FACTORY + "members/", "admin", one_person_below("posts/")),
    Stop("on-site-filled", "/onsite/", "admin", list_of_on_site),
    Stop(
        "staff-import-wrong-file",
        FACTORY + "members/import/",
        "admin",
        upload("input[name=file]", name="staff.xlsx", text="no spreadsheet"),
    ),
    Stop("people-waiting", FACTORY + "members/?state=waiting", "admin"),
    Stop("people-left", FACTORY + "members/?state=ended", "admin"),
    Stop("unit-people", FACTORY + "members/", "unit"),
    Stop("unit-nobody", FACTORY + "members/?q=zzzzzz", "unit"),
    Stop("unit-person", FACTORY + "members/", "unit", one_person_below("")),
    Stop("unit-refused", FACTORY + "structure/", "unit", status=404),
    Stop("association", "{consoles[association]}", "association"),
    Stop("association-packages", "{consoles[association]}packages/", "association"),
    Stop(
        "association-packages-error",
        "{consoles[association]}packages/",
        "association",
        send_empty("main form.form.panel"),
    ),
    Stop("package-new", "{consoles[association]}packages/new/", "association"),
    Stop(
        "package-new-error",
        "{consoles[association]}packages/new/",
        "association",
        send_empty("main form.form"),
    ),
    Stop(
        "bulk-checks-wrong-file",
        "/regulator/bulk/",
        "regulator",
        upload("input[name=file]", name="list.csv", text="name\nnobody\n"),
    ),
    Stop(
        "anomalies",
        "/regulator/enterprises/91329901MA00TE5T2B/anomalies/",
        "regulator",
    ),
    Stop("photo", "/learn/certificates/photo/", "employee"),
)
EVERY = stops.EVERY + CONSOLES

DESK = (
    Stop("editing", "/admin/", "superuser"),
    Stop("editing-editor", "/admin/", "editor"),
    Stop("editing-reviewer", "/admin/", "reviewer"),
    Stop("editing-not-found", "/admin/no/such/page/", "superuser", status=404),
    Stop("course-overview", "/admin/courses/{consoles[course]}/overview/", "editor"),
    Stop("course-copy", "/admin/courses/{consoles[course]}/copy/", "editor"),
    Stop("items", "/admin/items/", "superuser"),
    Stop("items-none", "/admin/items/?q=zzzzzz", "superuser", languages=(ZH,)),
    Stop(
        "item-editor",
        "/admin/items/?type=hotspot",
        "superuser",
        arrange=follow("main a[href*='/admin/items/edit/']"),
    ),
    Stop("item-imports", "/admin/item-imports/", "superuser"),
    Stop("item-import-errors", "/admin/item-imports/", "superuser", wrong_items),
    Stop(
        "exam-statistics",
        "/admin/exam-office/exams/{consoles[exam]}/statistics/",
        "superuser",
    ),
    Stop(
        "exam-policy", "/admin/exam-office/exams/{consoles[exam]}/marking/", "superuser"
    ),
    Stop("corrections", "/admin/exam-office/corrections/", "superuser"),
    Stop("rule", "/admin/training_rules/show/{consoles[rule]}/", "superuser"),
    Stop("certificates-office", "/admin/certificates/", "superuser"),
    Stop(
        "certificate-office",
        "/admin/certificates/",
        "superuser",
        arrange=follow("main a[href*='/certificates/AX']"),
    ),
    Stop("validity-rules", "/admin/certificates/rules/", "superuser"),
    Stop("batches", "/admin/certificates/batches/", "superuser"),
    Stop("batch", "{consoles[batch]}", "superuser", languages=BOTH),
    Stop("batch-new", "/admin/certificates/batches/completions/", "superuser"),
    Stop("batch-training", "/admin/certificates/batches/training/", "superuser"),
    Stop("certificate-templates", "/admin/certificates/templates/", "superuser"),
    Stop(
        "certificate-designer",
        "/admin/certificates/templates/",
        "superuser",
        arrange=follow("main a[href*='/certificates/templates/']"),
    ),
)
