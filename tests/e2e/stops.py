"""Every page of the story and its states: for the walk and for the screenshots."""

import hashlib
import hmac
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page

PASSWORD = "anxue-demo"
GUARDED = "guarded@example.com"
ROLES = {
    "employee": "employee@example.com",
    "admin": "admin@example.com",
    "regulator": "regulator@example.com",
    "examiner": "examiner@example.com",
    "editor": "editor@example.com",
    "reviewer": "reviewer@example.com",
    "superuser": "superuser@example.com",
    # Asked for a second step: `tests.e2e.guarded` makes the account and its session.
    "guarded": GUARDED,
    # Made by `console_world`.
    "unit": "unit@example.com",
    "association": "association@example.com",
}
ZH, EN = "zh", "en"
BOTH = (ZH, EN)
PREFIXES = {ZH: "", EN: "/en"}
FACTORY = "/enterprise/91329901MA00TE5T2B/"
LESSONS = "/courses/workers-three-level/w1-factory-level/"

Arrange = Callable[[Page], None]


@dataclass(frozen=True)
class Stop:
    """A page in one state.

    Attributes:
        name: of the picture and in findings.
        path: below the language's root; `{exams[every]}` comes from the world.
        who: the role that looks; empty: a visitor.
        arrange: brings the loaded page into its state.
        status: what the server answers.
        languages: in which it exists.
        body: served in place of the server's answer (errors that nobody can cause).
    """

    name: str
    path: str
    who: str = ""
    arrange: Arrange | None = None
    status: int = 200
    languages: tuple[str, ...] = BOTH
    body: str = ""

    def address(self, language: str, world: dict[str, Any]) -> str:
        path = self.path.format(**world)
        return path if path.startswith("/admin/") else PREFIXES[language] + path


def settle(page: Page) -> None:
    """Wait for fragments, fonts and pictures; a page that keeps talking is left be."""
    page.wait_for_load_state("load")
    # Not `wait_for_function`: its second look is an `eval`, which our policy forbids.
    page.wait_for_selector(".htmx-request", state="detached")
    page.evaluate("() => document.fonts.ready.then(() => null)")


def click(selector: str) -> Arrange:
    def arrange(page: Page) -> None:
        page.locator(selector).first.click()

    return arrange


def follow(selector: str) -> Arrange:
    """Go where the first such link leads."""

    def arrange(page: Page) -> None:
        page.goto(page.locator(selector).first.get_attribute("href"))

    return arrange


def fill(values: dict[str, str], *, press: str = "Enter") -> Arrange:
    def arrange(page: Page) -> None:
        for selector, value in values.items():
            page.locator(selector).first.fill(value)
        page.locator(list(values)[-1]).first.press(press)
        page.wait_for_load_state()

    return arrange


def send_empty(selector: str) -> Arrange:
    """Send a form as it is, past the browser's own checks, for the server's errors."""

    def arrange(page: Page) -> None:
        form = page.locator(selector).first
        with page.expect_navigation():
            form.evaluate("form => { form.noValidate = true; form.requestSubmit(); }")

    return arrange


def live_results(page: Page) -> None:
    page.locator("main input[name=q]").first.press_sequentially("罚款", delay=20)
    page.wait_for_selector("#hero-results a >> visible=true")


def sitting(page: Page) -> None:
    page.wait_for_selector("[data-saved][data-state=saved]")


def item(kind: str) -> Arrange:
    """Turn to the first question of a type."""

    def arrange(page: Page) -> None:
        sitting(page)
        place = page.locator(f"[data-type={kind}]").first.get_attribute("data-position")
        page.locator("[data-card-open]").click()
        page.locator(f"#exam-card li:nth-child({place}) button").click()
        page.wait_for_selector(f"#item-{place}:not([hidden])")

    return arrange


def answer_card(page: Page) -> None:
    sitting(page)
    page.locator("[data-card-open]").click()
    page.wait_for_selector("#exam-card[open]")


def handing_in(page: Page) -> None:
    answer_card(page)
    page.locator("#exam-card [data-submit-open]").click()
    page.wait_for_selector("#exam-submit[open]")


def offline(page: Page) -> None:
    sitting(page)
    page.context.set_offline(True)
    # Not the chosen one: choosing it again is no new answer.
    page.locator("label.option:visible:not(:has(input:checked))").first.click()
    page.wait_for_selector("[data-saved][data-state=offline]")


def superseded(page: Page) -> None:
    sitting(page)
    second = page.context.new_page()
    second.goto(page.url)
    sitting(second)
    page.wait_for_selector("#exam-superseded[open]")
    second.close()


def assign_to_all(page: Page) -> None:
    page.locator("select[name=course]").select_option(index=1)
    page.locator("select[name=department]").select_option("everybody")
    page.locator("input[name=due_on]").fill("2036-12-31")
    with page.expect_navigation():
        page.locator("main form button[type=submit]").click()


STAFF_LIST = """工号,姓名,手机号,部门
JH901,测试员甲,13900000001,生产部/冲压车间
,没有工号,,生产部
JH903,手机不对,12345,生产部/冲压车间
"""


def import_staff(page: Page) -> None:
    """Hand in a list with two wrong rows and wait until it has been checked."""
    page.set_input_files(
        "input[name=file]",
        {"name": "员工.csv", "mimeType": "text/csv", "buffer": STAFF_LIST.encode()},
    )
    page.locator("main form button[type=submit]").click()
    page.wait_for_url("**/members/import/*-*/")
    page.wait_for_selector("main .table", timeout=30_000)


def build_archive(page: Page) -> None:
    """Build the archive of the first person, then look at the list of all."""
    console = page.url.rsplit("members/", 1)[0]
    follow("main tbody a[href*='/members/']")(page)
    page.locator("form[action$='/archive/'] button").click()
    page.wait_for_load_state()
    page.goto(console + "archives/")


def plan_course(page: Page) -> None:
    """Make a plan for one course and everybody; its page opens."""
    page.locator("input[name=title]").fill("新员工岗前培训")
    page.locator("input[name=courses]").first.check()
    page.locator("main form button[type=submit]").click()
    page.wait_for_url(lambda url: "/plans/new/" not in url)


def plan_on_site(page: Page) -> None:
    """Announce a training of today and open its page."""
    values = {"place": "二号厂房东门", "led_by": "赵安", "day": "2036-12-31"}
    for name, value in (values | {"begins": "09:00", "ends": "11:30"}).items():
        page.locator(f"main form [name={name}]").fill(value)
    page.locator("main form button[type=submit]").click()
    page.wait_for_load_state()
    if page.url.endswith("/onsite/"):
        follow("main .rows a[href*='/onsite/']")(page)


def check_in_bulk(page: Page) -> None:
    """Check a list of numbers: one that exists, one that does not, one miswritten."""
    known = page.locator("main a[href*='/regulator/certificates/']")
    lines = ["编号", "AX-2026-999999-00000000", "AX-OOO"]
    lines += [known.first.inner_text()] if known.count() else []
    page.set_input_files(
        "input[name=file]",
        {
            "name": "证书.csv",
            "mimeType": "text/csv",
            "buffer": "\n".join(lines).encode(),
        },
    )
    page.locator("form:has(input[name=file]) button[type=submit]").click()
    page.wait_for_url("**/regulator/bulk/*-*/")
    page.wait_for_selector("main .table", timeout=30_000)


def draw_sample(page: Page) -> None:
    page.locator("input[name=name]").fill("四季度双随机抽查")
    page.locator("input[name=size]").fill("3")
    page.locator("main form:has([name=size]) button[type=submit]").click()
    page.wait_for_url("**/regulator/samples/*-*/")


def evidence(page: Page) -> None:
    draw_sample(page)
    follow("main a[href*='/regulator/certificates/']")(page)


def practice_session(page: Page) -> None:
    page.locator("main form[action*='/practice/start/'] button").first.click()
    page.wait_for_url("**/learn/practice/*-*/")


def practice_by(kind: str) -> Arrange:
    """Start a practice of one kind by its own button."""

    def arrange(page: Page) -> None:
        button = f"form[action*='/practice/start/']:has([value={kind}]) [type=submit]"
        if kind in ("topic", "memorize"):
            button = f"form[action*='/practice/start/'] [value={kind}]"
        page.locator(button).first.click()
        page.wait_for_url("**/learn/practice/*-*/")

    return arrange


def practice_answered(page: Page) -> None:
    """Answer the first question that is answered by a choice."""
    home = page.url
    practice_by("random")(page)
    option = page.locator("label.option:visible")
    for _turn in range(60):
        if option.count():
            break
        if not page.locator("#practice-form").count():
            page.goto(home)
            practice_by("random")(page)
            continue
        page.locator("#practice-form").evaluate(
            """form => { const skip = document.createElement('input');
              skip.type = 'hidden'; skip.name = 'skip'; form.append(skip);
              HTMLFormElement.prototype.submit.call(form); }"""
        )
        page.wait_for_load_state()
    option.first.click()
    page.locator(".practice-bar [type=submit]").click()
    page.wait_for_url("**?at=*")


def practice_refused(page: Page) -> None:
    practice_by("random")(page)
    page.locator(".practice-bar [type=submit]").click()
    page.wait_for_selector("[data-problem]:not([hidden]), [role=alert]:visible")


def book_opened(page: Page) -> None:
    for line in page.locator("details.more > summary").all()[:3]:
        line.click()


def never_arrived(page: Page) -> None:
    """Hand in while the server misses an answer that this device no longer has."""
    handing_in(page)
    page.route(
        "**/api/v1/attempts/*/submit",
        lambda route: route.fulfill(
            status=409, json={"code": "responses_missing", "missing": [3, 4]}
        ),
    )
    page.locator("#exam-submit [data-submit]").click()
    page.wait_for_selector("#exam-submit [data-problem]:not([hidden])")


def presence_check(page: Page) -> None:
    """Ask as the page does when the server's answer brings a check."""
    page.locator("#presence-check").evaluate(
        """dialog => { const words = document.querySelector('[data-watch-words]');
          dialog.querySelector('[data-check-question]').textContent =
            words.dataset.checkNumber.replace('{number}', 47);
          dialog.querySelectorAll('[data-check-option]').forEach(
            (button, index) => { button.textContent = [74, 47, 17][index]; });
          dialog.querySelector('[data-check-state]').textContent =
            words.dataset.checkAgain;
          dialog.showModal(); }"""
    )


def second_step(page: Page) -> None:
    """Give the right password of an account that asks for more."""
    page.context.clear_cookies()
    page.reload()
    fill({"input[name=login]": GUARDED, "input[name=password]": PASSWORD})(page)
    page.wait_for_url("**/2fa/authenticate/**")


def second_step_wrong(page: Page) -> None:
    second_step(page)
    fill({"input[name=code]": "000000"})(page)


def menu(page: Page) -> None:
    page.locator("details.menu:visible > summary").last.click()


PUBLIC = (
    Stop("home", "/"),
    Stop("home-live-results", "/", arrange=live_results, languages=(ZH,)),
    Stop("menu", "/", arrange=menu),
    Stop("laws", "/laws/"),
    Stop("law", "/laws/work-safety-law/"),
    Stop("article", "/laws/work-safety-law/28/"),
    Stop("article-missing", "/laws/work-safety-law/999/", status=404),
    Stop("compare", "/laws/work-safety-law/compare/"),
    Stop("policies", "/policies/", languages=(ZH,)),
    Stop("policy", "/policies/safety-fund-2022-136/", languages=(ZH,)),
    Stop("cases", "/cases/", languages=(ZH,)),
    Stop("case", "/cases/kunshan-dust-2014/", languages=(ZH,)),
    Stop("questions", "/faq/"),
    Stop("question", "/faq/new-employee-training-hours/"),
    Stop("checklists", "/checklists/", languages=(ZH,)),
    Stop("checklist", "/checklists/general/", languages=(ZH,)),
    Stop("topics", "/topics/", languages=(ZH,)),
    Stop("topic", "/topics/three-level-safety-education/", languages=(ZH,)),
    Stop("search", "/search/"),
    Stop("search-results", "/search/?q=%E5%9F%B9%E8%AE%AD", languages=(ZH,)),
    Stop("search-results", "/search/?q=training", languages=(EN,)),
    Stop("search-nothing", "/search/?q=zzzqqqxxx"),
    Stop("courses", "/courses/"),
    Stop("course", "/courses/quick-start/"),
    Stop("course-long", "/courses/workers-three-level/", languages=(ZH,)),
    Stop("lesson-video", "/courses/quick-start/q-know/q1-rights-and-duties/"),
    Stop("lesson-document", "/courses/quick-start/q-do/q3-one-page/"),
    Stop("lesson-exercise", LESSONS + "w1-scenario-refuse-order/", languages=(ZH,)),
    Stop("lesson-practical", LESSONS + "w1-practical-site-tour/", languages=(ZH,)),
    Stop("verify", "/verify/"),
    Stop(
        "verify-error",
        "/verify/",
        arrange=send_empty("form:has(input[name=number])"),
    ),
    *(
        Stop(f"verdict-{verdict}", f"/verify/{{certificates[{verdict}]}}/", status=code)
        for verdict, code in (
            ("valid", 200),
            ("revoked", 200),
            ("superseded", 200),
            ("expired", 200),
            ("unknown", 404),
        )
    ),
    Stop("sign-in", "/account/login/"),
    Stop(
        "sign-in-error",
        "/account/login/",
        arrange=fill(
            {"input[name=login]": "nobody@example.com", "input[name=password]": "wrong"}
        ),
    ),
    Stop("sign-in-organization", "/account/login/organization/"),
    Stop(
        "sign-in-organization-error",
        "/account/login/organization/",
        arrange=send_empty("main form"),
    ),
    Stop("sign-up", "/account/signup/"),
    Stop("sign-up-error", "/account/signup/", arrange=send_empty("main form")),
    Stop("first-sign-in", "/account/login/first/"),
    Stop(
        "first-sign-in-error", "/account/login/first/", arrange=send_empty("main form")
    ),
    Stop("password-forgotten", "/account/password/reset/"),
    Stop(
        "password-forgotten-error",
        "/account/password/reset/",
        arrange=send_empty("main form"),
    ),
    Stop("password-sent", "/account/password/reset/done/"),
    Stop("password-link-used", "/account/password/reset/key/1-used/", status=404),
    Stop("address-to-confirm", "/account/confirm-email/"),
    Stop("address-link-used", "/account/confirm-email/used/", status=404),
    Stop("account-inactive", "/account/inactive/"),
    Stop("styleguide", "/styleguide/"),
    Stop("not-found", "/no/such/page/", status=404),
    Stop("interface-for-programs", "/api/v1/docs/", languages=(ZH,)),
    # Last: from here on the visitor is half signed in.
    Stop("second-step", "/account/login/", arrange=second_step),
    Stop("second-step-error", "/account/login/", arrange=second_step_wrong),
)

EMPLOYEE = (
    Stop("learn", "/learn/", "employee"),
    Stop("learn-courses", "/learn/courses/", "employee"),
    Stop("learn-certificates", "/learn/certificates/", "employee"),
    Stop("certificate", "/learn/certificates/{certificates[valid]}/", "employee"),
    Stop(
        "lesson-enrolled", LESSONS + "w1-rules-and-duties/", "employee", languages=(ZH,)
    ),
    Stop(
        "presence-check",
        LESSONS + "w1-rules-and-duties/",
        "employee",
        presence_check,
        languages=(ZH,),
    ),
    Stop("exam-intro", "{exams[every]}", "employee"),
    Stop("exam-over", "{exams[over]}", "employee"),
    Stop("exam-sitting", "{exams[sitting]}", "employee", sitting),
    *(
        Stop(
            f"exam-{kind}".replace("_", "-"),
            "{exams[sitting]}",
            "employee",
            item(kind),
            languages=(ZH,),
        )
        for kind in (
            "true_false",
            "text_entry",
            "numeric",
            "extended_text",
            "order",
            "match",
            "hotspot",
        )
    ),
    Stop("exam-card", "{exams[sitting]}", "employee", answer_card),
    Stop("exam-handing-in", "{exams[sitting]}", "employee", handing_in),
    Stop("exam-never-arrived", "{exams[sitting]}", "employee", never_arrived),
    Stop("exam-offline", "{exams[sitting]}", "employee", offline),
    Stop("exam-superseded", "{exams[sitting]}", "employee", superseded),
    Stop("result-passed", "{exams[passed]}", "employee"),
    Stop("result-failed", "{exams[failed]}", "employee"),
    Stop("result-pending", "{exams[pending]}", "employee"),
    Stop("appeal", "{exams[appeal]}", "employee"),
    Stop("appeal-error", "{exams[appeal]}", "employee", send_empty("main form.form")),
    Stop("learn-downloads", "/learn/downloads/", "employee"),
    Stop("learn-history", "/learn/history/", "employee"),
    Stop("learn-calendar", "/learn/calendar/", "employee"),
    Stop("practice", "/learn/practice/", "employee"),
    Stop("practice-session", "/learn/practice/", "employee", practice_session),
    Stop("practice-memorize", "/learn/practice/", "employee", practice_by("memorize")),
    Stop("practice-refused", "/learn/practice/", "employee", practice_refused),
    Stop("practice-answered", "/learn/practice/", "employee", practice_answered),
    Stop("wrong-answers", "/learn/wrong-answers/", "employee", book_opened),
    Stop("wrong-answers-mastered", "/learn/wrong-answers/?state=mastered", "employee"),
    Stop("favorites", "/learn/favorites/", "employee"),
    Stop("account", "/account/", "employee"),
    Stop("account-password", "/account/password/change/", "employee"),
    Stop(
        "account-password-error",
        "/account/password/change/",
        "employee",
        send_empty("main form"),
    ),
    Stop("account-email", "/account/email/", "employee"),
    Stop(
        "account-email-error", "/account/email/", "employee", send_empty("main .form")
    ),
    Stop("account-second-factor", "/account/2fa/", "employee"),
    Stop("account-app", "/account/2fa/totp/activate/", "employee"),
    Stop("account-passkeys", "/account/2fa/webauthn/", "employee"),
    Stop("account-passkey-new", "/account/2fa/webauthn/add/", "employee"),
    Stop("account-confirm", "/account/reauthenticate/", "employee"),
    Stop(
        "account-confirm-error",
        "/account/reauthenticate/",
        "employee",
        send_empty("main .form"),
    ),
    Stop("account-memberships", "/account/memberships/", "employee"),
    Stop("account-tokens", "/account/tokens/", "employee"),
    Stop("inbox", "/account/messages/", "employee"),
    Stop("sign-out", "/account/logout/", "employee"),
    Stop("not-permitted", "/regulator/", "employee", status=403),
)

GUARDED_ACCOUNT = (
    Stop("guarded-second-factor", "/account/2fa/", "guarded"),
    Stop("guarded-confirm", "/account/reauthenticate/", "guarded"),
    Stop("guarded-confirm-code", "/account/2fa/reauthenticate/", "guarded"),
    Stop(
        "guarded-confirm-code-error",
        "/account/2fa/reauthenticate/",
        "guarded",
        send_empty("main .form"),
    ),
    Stop("guarded-confirm-passkey", "/account/2fa/webauthn/reauthenticate/", "guarded"),
    Stop("guarded-passkeys", "/account/2fa/webauthn/", "guarded"),
    Stop("guarded-recovery-codes", "/account/2fa/recovery-codes/", "guarded"),
)

ADMIN = (
    Stop("enterprise", FACTORY, "admin"),
    Stop("assign", FACTORY + "assign/", "admin"),
    Stop(
        "assign-error",
        FACTORY + "assign/",
        "admin",
        send_empty("main form[method=post]"),
    ),
    Stop("members", FACTORY + "members/", "admin"),
    Stop("members-nobody", FACTORY + "members/?q=zzzzzz", "admin"),
    Stop(
        "person",
        FACTORY + "members/",
        "admin",
        follow("main tbody a[href*='/members/']"),
    ),
    Stop("assign-confirm", FACTORY + "assign/", "admin", assign_to_all),
    Stop("assignment", FACTORY, "admin", follow("main a[href*='/assignments/']")),
    Stop("department", FACTORY, "admin", follow("main a[href*='/departments/']")),
    Stop("member-add", FACTORY + "members/add/", "admin"),
    Stop(
        "member-add-error",
        FACTORY + "members/add/",
        "admin",
        send_empty("main form.form"),
    ),
    Stop("staff-import", FACTORY + "members/import/", "admin"),
    Stop("staff-import-errors", FACTORY + "members/import/", "admin", import_staff),
    Stop("structure", FACTORY + "structure/", "admin"),
    Stop("department-new", FACTORY + "structure/departments/new/", "admin"),
    Stop(
        "department-edit",
        FACTORY + "structure/",
        "admin",
        follow("main .tree a[href*='/structure/departments/']"),
    ),
    Stop("position-new", FACTORY + "structure/positions/new/", "admin"),
    Stop("archives-none", FACTORY + "archives/?q=zzzzzz", "admin"),
    Stop("archives", FACTORY + "members/", "admin", build_archive),
    Stop("plan-new", FACTORY + "plans/new/", "admin"),
    Stop(
        "plan-new-error", FACTORY + "plans/new/", "admin", send_empty("main form.form")
    ),
    Stop("plan", FACTORY + "plans/new/", "admin", plan_course),
    Stop("plans", FACTORY + "plans/", "admin"),
    Stop("on-site-list", "/onsite/", "admin"),
    Stop("on-site", "/onsite/", "admin", plan_on_site),
    Stop("on-site-error", "/onsite/", "admin", send_empty("main form.form")),
)

REGULATOR = (
    Stop("regulator", "/regulator/", "regulator"),
    Stop("regulator-search", "/regulator/?q=%E6%9C%BA%E6%A2%B0", "regulator"),
    Stop(
        "regulated", "/regulator/", "regulator", follow("main a[href*='/enterprises/']")
    ),
    Stop("bulk-checks", "/regulator/bulk/", "regulator"),
    Stop(
        "bulk-checks-error", "/regulator/bulk/", "regulator", send_empty("main .form")
    ),
    Stop("bulk-check", "/regulator/bulk/", "regulator", check_in_bulk),
    Stop("samples", "/regulator/samples/", "regulator"),
    Stop("samples-error", "/regulator/samples/", "regulator", send_empty("main .form")),
    Stop("sample", "/regulator/samples/", "regulator", draw_sample),
    Stop("evidence", "/regulator/samples/", "regulator", evidence),
    Stop("statistics", "/regulator/statistics/", "regulator"),
)

EXAMINER = (
    Stop("marking", "/marking/", "examiner"),
    Stop(
        "marking-script",
        "/marking/",
        "examiner",
        click("main form[action$='/next/'] button"),
    ),
    Stop("invigilation", "/exams/invigilation/", "examiner"),
    Stop(
        "invigilation-live",
        "/exams/invigilation/",
        "examiner",
        follow("main a[href$='/invigilation/'][href*='-']"),
    ),
)

EVERY = PUBLIC + EMPLOYEE + GUARDED_ACCOUNT + ADMIN + REGULATOR + EXAMINER


def error_stops(world: dict[str, Any]) -> list[Stop]:
    """Turn the rendered error pages into stops; nobody can walk to most of them."""
    languages = {"zh-hans": ZH, "en": EN}
    return [
        Stop(
            f"error-{status}",
            f"/error-{status}/",
            status=int(status),
            languages=(languages[code],),
            body=body,
        )
        for code, pages in world["errors"].items()
        for status, body in pages.items()
        # One page for the worst case speaks both languages.
        if (code, status) != ("en", "500")
    ]


def file_stops(world: dict[str, Any]) -> list[Stop]:
    """Verdicts on files; the paths of the files are known once they are made."""

    def upload(name: str) -> Arrange:
        def arrange(page: Page) -> None:
            page.set_input_files("input[name=file]", f"{world['folder']}/{name}.pdf")
            form = page.locator("form:has(input[name=file])")
            with page.expect_navigation():
                form.evaluate("form => form.requestSubmit()")

        return arrange

    return [
        Stop("verdict-file", "/verify/", arrange=upload("genuine")),
        Stop("verdict-altered", "/verify/", arrange=upload("altered")),
        Stop("verdict-undecided", "/verify/", arrange=upload("foreign")),
    ]


def on_site_stops(world: dict[str, Any]) -> list[Stop]:
    """The page behind the code on the wall; the code changes every 20 seconds."""
    path = f"/learn/onsite/{world['on_site']['id']}/"

    def come(page: Page) -> None:
        window = int(time.time()) // 20
        text = f"{world['on_site']['id']}:{window}".encode()
        key = world["on_site"]["secret"].encode()
        code = hmac.new(key, text, hashlib.sha256).hexdigest()[:12]
        page.goto(page.url.replace("/stale/", f"/{code}/"))

    def sign_in(page: Page) -> None:
        come(page)
        if (button := page.locator("main button[value=in]")).count():
            button.click()
            page.wait_for_load_state()

    def sign_out(page: Page) -> None:
        come(page)
        if (button := page.locator("main button[value=out]")).count():
            button.click()
            page.wait_for_load_state()

    return [
        Stop("sign-on-site-stale", path + "stale/", "employee"),
        Stop("sign-on-site", path + "stale/", "employee", come),
        Stop("signed-on-site", path + "stale/", "employee", sign_in),
        Stop("signed-out-on-site", path + "stale/", "employee", sign_out),
    ]


def open_stop(page: Page, stop: Stop, language: str, world: dict[str, Any]) -> int:
    """Load a stop in a language and arrange its state; return the first status."""
    address = stop.address(language, world)
    if stop.body:
        page.route(
            f"**{address}",
            lambda route: route.fulfill(
                status=stop.status, body=stop.body, content_type="text/html"
            ),
        )
    if address.startswith("/admin/"):
        speak(page, language)
    answer = page.goto(address)
    settle(page)
    if stop.arrange:
        stop.arrange(page)
        settle(page)
    return answer.status if answer else 0


def sign_in(page: Page, role: str, world: dict[str, Any] | None = None) -> None:
    if role == "guarded" and world:
        cookie = {"name": "sessionid", "value": world["session"], "url": world["url"]}
        page.context.add_cookies([cookie])
        return
    page.goto("/account/login/")
    page.locator("input[name=login]").fill(ROLES[role])
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("input[name=password]").press("Enter")
    page.wait_for_url(lambda url: "/account/login" not in url)


def speak(page: Page, language: str) -> None:
    """Choose the language of one's messages, and of the editors' admin with it."""
    page.goto("/account/")
    choice = page.locator("form[action$='/account/language/'] select")
    choice.select_option("en" if language == EN else "zh-hans")
    with page.expect_navigation():
        page.locator("form[action$='/account/language/'] button").click()
