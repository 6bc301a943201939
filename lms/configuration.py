"""What the settings make of environment variables: services, files, secrets.

`lms/settings.py` says what is set; here stands how a variable becomes a setting.
Nothing here may import Django: it is not configured yet.
"""

import base64
import secrets
from pathlib import Path
from typing import Any

import environ

from lms.core.secrets import read_or_create_secret

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
env.smart_cast = False
if (BASE_DIR / ".env").exists():
    environ.Env.read_env(BASE_DIR / ".env")

DATA_DIR = Path(env.str("LMS_DATA_DIR", default=str(BASE_DIR / ".data"))).resolve()
DATA_DIR.mkdir(parents=True, exist_ok=True)


def is_given(name: str) -> bool:
    """Tell whether a secret comes from the environment: `check --deploy` asks."""
    return bool(env.str(name, default=""))


def secret_key() -> str:
    """Return `SECRET_KEY`, or the one that is kept in the data directory."""
    return env.str("SECRET_KEY", default="") or read_or_create_secret(
        DATA_DIR / "secret_key", lambda: secrets.token_urlsafe(50)
    )


def field_encryption_keys() -> str:
    """Return `FIELD_ENCRYPTION_KEYS`, or the key kept in the data directory."""
    return env.str("FIELD_ENCRYPTION_KEYS", default="") or read_or_create_secret(
        DATA_DIR / "field_encryption_keys",
        lambda: "v1:" + base64.b64encode(secrets.token_bytes(32)).decode(),
    )


def database() -> dict[str, Any]:
    """Describe the database of `DATABASE_URL`; SQLite in the data directory else."""
    found: dict[str, Any] = env.db_url(
        "DATABASE_URL", default=f"sqlite:///{DATA_DIR}/db.sqlite3"
    )
    found.setdefault("OPTIONS", {})
    if found["ENGINE"] == "django.db.backends.sqlite3":
        # IMMEDIATE: a writer waits for its turn at BEGIN instead of failing half-way.
        found["OPTIONS"] |= {
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
        }
    else:
        found["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=60)
        found["CONN_HEALTH_CHECKS"] = True
    return found


def cache(redis_url: str) -> dict[str, Any]:
    """Describe the cache: Redis where there is one."""
    if redis_url:
        return {
            "BACKEND": "django_redis.cache.RedisCache",
            "LOCATION": redis_url,
            "KEY_PREFIX": "anxue",
        }
    return {
        # Files, because the web server and the worker are separate processes.
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": str(DATA_DIR / "cache"),
        # Beyond it any entry may go, those that count wrong passwords too.
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    }


def file_storage(
    folder: str, *, bucket: str, public_url: str | None = None
) -> dict[str, Any]:
    """Describe one storage alias: a folder of the data directory, or of the bucket.

    Files of a folder with a `public_url` are read by everybody, without a signature.
    """
    if bucket:
        return {
            "BACKEND": "storages.backends.s3.S3Storage",
            "OPTIONS": {
                "bucket_name": bucket,
                "location": folder,
                "endpoint_url": env.str("S3_ENDPOINT_URL", default=None),
                "access_key": env.str("AWS_ACCESS_KEY_ID", default=None),
                "secret_key": env.str("AWS_SECRET_ACCESS_KEY", default=None),
                "region_name": env.str("AWS_REGION", default="us-east-1"),
                "signature_version": "s3v4",
                "file_overwrite": False,
                "default_acl": None,
                "querystring_auth": public_url is None,
                "querystring_expire": 3600,
            },
        }
    options = {"location": str(DATA_DIR / folder)}
    if public_url:
        options["base_url"] = public_url
    return {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": options,
    }


def file_broker() -> dict[str, str]:
    """Prepare the folders of Celery's file-system transport, and name them."""
    folders = {name: DATA_DIR / "broker" / name for name in ("queue", "control")}
    for folder in folders.values():
        folder.mkdir(parents=True, exist_ok=True)
    return {
        "data_folder_in": str(folders["queue"]),
        "data_folder_out": str(folders["queue"]),
        "control_folder": str(folders["control"]),
    }


def font_pairs(name: str) -> list[tuple[Path, Path]]:
    """Read `regular.ttf:semibold.ttf,…`; one without a semi-bold serves as both."""
    pairs = (pair.partition(":") for pair in env.list(name, default=[]))
    return [(Path(regular), Path(strong or regular)) for regular, _, strong in pairs]
