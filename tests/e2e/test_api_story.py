"""The whole story by programs alone: REST calls to the real site, no browser.

A program of an employee enrolls, learns in real time, passes and gets a certificate;
strangers verify it; the regulator's program reads the figures of the enterprise.
Every answer is checked against the OpenAPI document that the site serves.
"""

import base64
import hashlib
import json
import re
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid

import jsonschema
import pytest

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.slow,
]

COURSE = "quick-start"
ENTERPRISE = "91329901MA00TE5T2B"
RATE = 2.0
REPORT_EVERY_SECONDS = 3
PATIENCE_SECONDS = 90
CODE_PREFIX = "RESULT"
# What only the operators can do: tokens, the key of a paper, an enterprise elsewhere.
TOKENS = """
import json, secrets
from lms.accounts.domain.tokens import create_token
from lms.accounts.models import User
from lms.organizations.domain.members import NewMember, add_member
from lms.organizations.models import Organization
from courses.models import CoursePage
from stdnum.cn import uscc
def token(user, *scopes):
    return create_token(user=user, name="story", scopes=scopes, by=user)[1]
course = CoursePage.objects.get(slug="quick-start", locale__language_code="zh-hans")
# A person of their own: other stories and walks change those of the sample enterprise.
member = add_member(
    organization=Organization.objects.get(code="91329901MA00TE5T2B"),
    member=NewMember(name="程自学", employee_number=f"P{secrets.token_hex(4)}"),
    by=None,
)
first = "91440300MA5TEXT00"
elsewhere = first + uscc.calc_check_digit(first)
Organization.objects.get_or_create(
    code=elsewhere, defaults={"name": "Elsewhere", "region": "440300"}
)
print("RESULT" + json.dumps({
    "employee": token(member.user, "read", "learn"),
    "name": member.user.display_name,
    "course": str(course.translation_key),
    "regulator": token(
        User.objects.get(email="regulator@example.com"), "read", "organization_read"
    ),
    "elsewhere": elsewhere,
}))
"""
KEY = """
import json
from exams.models import AttemptKey
key = AttemptKey.objects.get(attempt__public_id="{attempt}").blob
print("RESULT" + json.dumps({{p: e["correct"] for p, e in key.items()}}))
"""
PDF = """
import base64, json
from certificates.models import Certificate
row = Certificate.objects.get(number="{number}")
data = row.pdf.read() if row.pdf else b""
print("RESULT" + json.dumps(base64.b64encode(data).decode()))
"""


def ask_operator(site, code):
    """Run code on the server's side, as an operator would."""
    answer = site.manage("shell", "-v0", "-c", code)
    lines = [x for x in answer.stdout.splitlines() if x.startswith(CODE_PREFIX)]
    assert lines, answer.stderr
    return json.loads(lines[0].removeprefix(CODE_PREFIX))


class Program:
    """A client that holds one token and believes only what the schema promises."""

    def __init__(self, site, schema, token=""):
        self.base = f"{site.url}/api/v1"
        self.schema = schema
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}

    def call(self, method, path, body=None, *, status=200, headers=None):
        data = None if body is None else json.dumps(body).encode()
        given = self.headers | {"Content-Type": "application/json"} | (headers or {})
        return self.send(method, path, data, given, status)

    def send(self, method, path, data, headers, status):
        request = urllib.request.Request(
            self.base + path, data=data, headers=headers, method=method
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                got, text = answer.status, answer.read()
                media_type = answer.headers.get("Content-Type", "")
        except urllib.error.HTTPError as error:
            got, text = error.code, error.read()
            media_type = error.headers.get("Content-Type", "")
        assert got == status, (method, path, got, text[:2000])
        body = json.loads(text) if text else None
        self.check(method, path, got, media_type.partition(";")[0], body)
        return body

    def check(self, method, path, status, media_type, body):
        """Compare an answer with what the document says of this very call."""
        plain = "/api/v1" + path.partition("?")[0]
        route = next(
            route
            for route in sorted(self.schema["paths"], key=lambda r: r.count("{"))
            if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", route), plain)
        )
        answers = self.schema["paths"][route][method.lower()]["responses"]
        assert str(status) in answers, (method, route, status)
        if body is None:
            assert "content" not in answers[str(status)]
            return
        rule = answers[str(status)]["content"][media_type]["schema"]
        jsonschema.validate(body, rule | {"components": self.schema["components"]})

    def upload(self, path, name, data):
        boundary = uuid.uuid4().hex
        body = (
            f"--{boundary}\r\nContent-Disposition: form-data; "
            f'name="file"; filename="{name}"\r\n'
            f"Content-Type: application/pdf\r\n\r\n"
        ).encode()
        body += data + f"\r\n--{boundary}--\r\n".encode()
        media_type = f"multipart/form-data; boundary={boundary}"
        headers = self.headers | {"Content-Type": media_type}
        return self.send("POST", path, body, headers, 200)


@pytest.fixture
def schema(site):
    address = f"{site.url}/api/v1/schema/?format=json"
    with urllib.request.urlopen(address, timeout=60) as answer:
        return json.load(answer)


@pytest.fixture
def people(site):
    return ask_operator(site, TOKENS)


def find_course(employee):
    rows = employee.call("GET", "/courses?limit=200")["results"]
    return next(
        row["id"]
        for row in rows
        if row["language"] == "zh-hans" and f"/{COURSE}/" in row["url"]
    )


def learn(employee, unit):
    """Watch or read one unit to its end in real time; return the last receipt."""
    path = f"/lessons/{unit['id']}/playback"
    key = {"Idempotency-Key": str(uuid.uuid4())}
    opened = employee.call(
        "POST", f"{path}/sessions", {"device": "program"}, status=201, headers=key
    )
    again = employee.call(
        "POST", f"{path}/sessions", {"device": "program"}, status=201, headers=key
    )
    assert again == opened
    rate = min(RATE, opened["rate_limit"])
    report = {"session": opened["session"], "rate": rate}
    begun = time.monotonic()
    for seq in range(1, 100):
        time.sleep(REPORT_EVERY_SECONDS)
        # From the start each time: what was seen before is no new ground.
        end = (time.monotonic() - begun) * rate
        # A text is read down to its end as well.
        body = report | {"seq": seq, "intervals": [[0, end]], "scroll": 1}
        receipt = employee.call("POST", path, body)
        assert receipt["watched_seconds"] <= (time.monotonic() - begun) * rate + 5
        if receipt["completed"]:
            return receipt
    pytest.fail(f"{unit['title']} did not complete: {receipt}")


def cheat(employee, unit):
    """Claim a whole video at once: what has not passed does not count."""
    path = f"/lessons/{unit['id']}/playback"
    opened = employee.call("POST", f"{path}/sessions", {}, status=201)
    body = {
        "session": opened["session"],
        "seq": 1,
        "rate": RATE,
        "intervals": [[0, 60]],
    }
    receipt = employee.call("POST", path, body)
    assert receipt["watched_seconds"] < 5
    assert not receipt["completed"]
    too_fast = body | {"seq": 2, "rate": 16}
    employee.call("POST", path, too_fast, status=422)


def pass_exam(site, employee, exam):
    path = f"/exams/{exam}/attempts"
    key = {"Idempotency-Key": "story"}
    started = employee.call("POST", path, status=201, headers=key)
    attempt = f"/attempts/{started['id']}"
    candidate = Program(site, employee.schema)
    candidate.headers = {"Authorization": f"Attempt {started['token']}"}
    answers = ask_operator(site, KEY.format(attempt=started["id"]))
    assert len(answers) == len(started["items"])
    events = [
        {"seq": seq, "position": int(position), "value": value}
        for seq, (position, value) in enumerate(sorted(answers.items()), start=1)
    ]
    candidate.call("POST", f"{attempt}/events", REPORTED, status=202)
    # The first is lost on its way: the end of the sitting waits for it.
    body = {"events": events[1:]}
    receipt = candidate.call("PUT", f"{attempt}/responses", body)
    assert receipt["missing"] == [1]
    end = {"last_seq": len(events)}
    refused = candidate.call("POST", f"{attempt}/submit", end, status=409)
    assert refused["code"] == "responses_missing"
    receipt = candidate.call("PUT", f"{attempt}/responses", {"events": events})
    assert (receipt["missing"], receipt["acked"]) == ([], len(events))
    result = candidate.call("POST", f"{attempt}/submit", end)
    assert (result["passed"], result["score"]) == (True, result["max_score"])
    assert candidate.call("POST", f"{attempt}/submit", end) == result
    late = {"events": [{"seq": 99, "position": 1, "value": []}]}
    closed = candidate.call("PUT", f"{attempt}/responses", late, status=409)
    assert closed["code"] == "attempt_closed"


REPORTED = {"events": [{"kind": "focus_lost"}, {"kind": "focus_regained"}]}


def wait_for(find):
    for _second in range(PATIENCE_SECONDS):
        found = find()
        if found:
            return found
        time.sleep(1)
    pytest.fail(f"{find.__name__} found nothing in {PATIENCE_SECONDS} s")


def hash_inner(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_of(leaf, index, size, proof):
    """Fold an audit path as RFC 6962 says; written apart from the server's code."""
    value, steps = leaf, [bytes.fromhex(step) for step in proof]
    first, last = index, size - 1
    while last:
        if first % 2:
            value = hash_inner(steps.pop(0), value)
        elif first < last:
            value = hash_inner(value, steps.pop(0))
        first, last = first // 2, last // 2
    assert not steps
    return value.hex()


def read_claims(token):
    part = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def check_register(stranger, index):
    checkpoint = stranger.call("GET", "/register/checkpoint")
    size = checkpoint["size"]
    assert index < size
    claims = json.dumps(read_claims(checkpoint["token"]))
    assert checkpoint["root_hash"] in claims
    entries = stranger.call("GET", f"/register/entries?start={index}&end={index}")
    leaf = entries["entries"][0]["leaf"]
    assert not re.search("[\u4e00-\u9fff]", leaf)
    leaf_hash = hashlib.sha256(b"\x00" + leaf.encode()).digest()
    address = f"/register/proof/inclusion?index={index}&size={size}"
    proof = stranger.call("GET", address)["proof"]
    assert root_of(leaf_hash, index, size, proof) == checkpoint["root_hash"]
    changed = hashlib.sha256(b"\x00" + leaf.encode() + b" ").digest()
    assert root_of(changed, index, size, proof) != checkpoint["root_hash"]


def check_certificate(stranger, number, pdf, name):
    facts = stranger.call("GET", f"/certificates/{number}")
    assert (facts["verdict"], facts["state"]) == ("valid", "issued")
    assert name not in json.dumps(facts, ensure_ascii=False)
    verify = "/certificates/verify"

    def verdict(**body):
        return stranger.call("POST", verify, body)["verdict"]

    assert verdict(number=number, name=name) == "valid"
    assert verdict(number=number, name=name + "五") == "unknown"
    forged = number[:-1] + ("A" if number[-1] != "A" else "B")
    assert verdict(number=forged, name=name) == "unknown"
    problem = stranger.call("GET", f"/certificates/{forged}", status=404)
    assert problem["code"] == "unknown_certificate"

    assert stranger.upload(verify, "certificate.pdf", pdf)["verdict"] == "valid"
    middle = len(pdf) // 2
    tampered = pdf[:middle] + bytes([pdf[middle] ^ 1]) + pdf[middle + 1 :]
    assert stranger.upload(verify, "certificate.pdf", tampered)["verdict"] == "altered"
    return facts


def check_regulator(site, schema, people):
    regulator = Program(site, schema, people["regulator"])
    status = regulator.call("GET", f"/organizations/{ENTERPRISE}/training-status")
    assert status["code"] == ENTERPRISE
    assert status["valid_certificates"] >= 1
    assert 0 <= status["untrained_share"] <= 1
    assert people["name"] not in json.dumps(status, ensure_ascii=False)
    abroad = f"/organizations/{people['elsewhere']}/training-status"
    regulator.call("GET", abroad, status=404)
    return status


def test_the_story_by_programs_alone(site, schema, people):
    employee = Program(site, schema, people["employee"])
    stranger = Program(site, schema)

    found = stranger.call("GET", "/search?q=%E5%AE%89%E5%85%A8&type=law&limit=3")
    hit = found["results"][0]
    article = stranger.call("GET", f"/laws/{hit['law']}/articles/{hit['number']}")
    assert article["eid"] == hit["eid"]

    course = find_course(employee)
    assert course == people["course"]
    stranger.call("POST", f"/courses/{course}/enroll", status=401)
    enrolled = employee.call("POST", f"/courses/{course}/enroll", status=201)
    again = employee.call("POST", f"/courses/{course}/enroll", status=201)
    assert again["id"] == enrolled["id"]

    outline = employee.call("GET", f"/courses/{course}")
    units = [unit for module in outline["modules"] for unit in module["units"]]
    cheat(employee, next(unit for unit in units if unit["kind"] == "video"))
    for unit in units:
        if unit["exam"] is None and unit["state"] != "completed":
            learn(employee, unit)
    for unit in units:
        if unit["exam"]:
            pass_exam(site, employee, unit["exam"])

    def certificate():
        rows = employee.call("GET", "/enrollments")["results"]
        return next(r["certificate"] for r in rows if r["id"] == enrolled["id"])

    number = wait_for(certificate)

    def document():
        return ask_operator(site, PDF.format(number=number))

    pdf = base64.b64decode(wait_for(document))
    facts = check_certificate(stranger, number, pdf, people["name"])
    check_register(stranger, facts["register_index"])
    check_regulator(site, schema, people)
    employee.call("GET", f"/organizations/{ENTERPRISE}/training-status", status=403)
