"""Collect the texts for translators, or check that none is missing.

`python lms/locale/collect.py` rewrites the Chinese catalog from code and templates
(msgids are English, so the English interface is complete by itself); with `--check`
it changes nothing and fails on a text that is missing, untranslated or gone.
Needs GNU gettext (`xgettext`).
"""

import shutil
import subprocess
import sys
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parents[2]
CATALOG = ROOT / "lms/locale/zh_Hans/LC_MESSAGES/django.po"
IGNORED = ("node_modules/*", ".venv/*", ".data/*", "tests/*", "docs/*")


def collect() -> None:
    """Let Django's makemessages update the catalog, without its dates."""
    ignore = [f"--ignore={pattern}" for pattern in IGNORED]
    subprocess.run(  # noqa: S603 -- our own command, fixed arguments
        [
            sys.executable,
            "manage.py",
            "makemessages",
            "--locale=zh_Hans",
            "--no-wrap",
            "--no-obsolete",
            "--add-location=file",
            *ignore,
        ],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    catalog = polib.pofile(str(CATALOG), wrapwidth=0)
    catalog.metadata = {
        "Project-Id-Version": "anxue",
        "Language": "zh_Hans",
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": "nplurals=1; plural=0;",
    }
    catalog.sort(key=lambda entry: (entry.msgid, entry.msgctxt or ""))
    catalog.save()


def problems(before: polib.POFile, after: polib.POFile) -> list[str]:
    """Say what keeps the catalog from being true."""
    known = {(entry.msgid, entry.msgctxt) for entry in before}
    used = {(entry.msgid, entry.msgctxt) for entry in after}
    found = [f"not collected: {msgid!r}" for msgid, _ in sorted(used - known, key=str)]
    found += [
        f"no longer used: {msgid!r}" for msgid, _ in sorted(known - used, key=str)
    ]
    found += [
        f"no Chinese text: {entry.msgid!r}"
        for entry in after
        if not entry.translated() or entry.fuzzy
    ]
    return found


def main() -> int:
    if shutil.which("xgettext") is None:
        sys.stdout.write("Skipped: install GNU gettext to check the catalog.\n")
        return 0
    if "--check" not in sys.argv:
        collect()
        return 0
    original = CATALOG.read_bytes()
    try:
        collect()
        after = polib.pofile(str(CATALOG))
    finally:
        CATALOG.write_bytes(original)
    found = problems(polib.pofile(original.decode()), after)
    sys.stdout.write("\n".join(found) + ("\n" if found else ""))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
