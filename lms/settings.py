"""Settings: one file, read from the environment (`docs/configuration.md` lists all).

Without any variable the site runs on SQLite, local files and Celery's file-system
transport under `LMS_DATA_DIR`; production is the same code with other variables.
"""

from pathlib import Path

from django.utils.translation import gettext_lazy as _

from lms import configuration
from lms.configuration import BASE_DIR, DATA_DIR, env

# --- identity of the installation ---
DEBUG = env.bool("LMS_DEBUG", default=False)
SECRET_KEY_IS_GIVEN = configuration.is_given("SECRET_KEY")
SECRET_KEY = configuration.secret_key()
SITE_URL = env.str(
    "SITE_URL", default=f"http://127.0.0.1:{env.str('PORT', default='8000')}"
).rstrip("/")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = [SITE_URL]
HTTPS = SITE_URL.startswith("https://")
BEHIND_PROXY = env.bool("LMS_BEHIND_PROXY", default=False)

# --- applications, from the bottom layer to the top ---
LOCAL_APPS = [
    "lms.core",
    "lms.ui",
    "lms.audit",
    "lms.notifications",
    "lms.accounts",
    "lms.organizations",
    "media_pipeline",
    "cms",
    "courses",
    "exams",
    "lms.compliance",
    "certificates",
    "lms.reporting",
    "lms.portal",
    "lms.api",
    "lms.demo",
]
INSTALLED_APPS = [
    # First, so that their templates win over those of the packages below.
    *LOCAL_APPS,
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "wagtail.contrib.redirects",
    "wagtail.contrib.simple_translation",
    "wagtail.embeds",
    "wagtail.sites",
    "lms.accounts.wagtail_app.PeopleAdminConfig",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "polymorphic",
    "rest_framework",
    "drf_spectacular",
    "django_filters",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "lms.core.middleware.ContentSecurityPolicyMiddleware",
    "lms.core.middleware.PublicCompressionMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "lms.core.middleware.CacheHeadersMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "lms.api.middleware.ApiLanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    # Before the check of the CSRF token, which reads the whole body.
    "lms.core.uploads.BodyLimitMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "lms.accounts.middleware.DeskLanguageMiddleware",
    "lms.accounts.middleware.AccountStatusMiddleware",
    "lms.organizations.middleware.SecondFactorMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "lms.core.middleware.DomainErrorMiddleware",
    "wagtail.contrib.redirects.middleware.RedirectMiddleware",
    "cms.middleware.UntranslatedPageMiddleware",
]
ROOT_URLCONF = "lms.urls"
WSGI_APPLICATION = "lms.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "lms.notifications.context_processors.unread_count",
                "lms.portal.context_processors.consoles",
            ],
        },
    },
]

# --- data ---
DATABASES = {"default": configuration.database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL", default="")
CACHES = {"default": configuration.cache(REDIS_URL)}
if REDIS_URL:
    SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"

# --- files ---
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "lms.core.staticfiles.VendorFinder",
    "lms.ui.staticfiles.JoinedStylesFinder",
]
NODE_MODULES_DIR = Path(
    env.str("LMS_NODE_MODULES_DIR", default=str(BASE_DIR / "node_modules"))
)
# Browser files of npm packages, one by one: address under /static/ -> file.
VENDOR_STATIC = {
    "vendor/hls.js/hls.light.min.mjs": "hls.js/dist/hls.light.min.mjs",
    "vendor/htmx/htmx.min.js": "htmx.org/dist/htmx.min.js",
    "vendor/jsqr/jsQR.js": "jsqr/dist/jsQR.js",
}
NOTO_SANS_SC_DIR = NODE_MODULES_DIR / "@expo-google-fonts" / "noto-sans-sc"
NOTO_SANS_JP_DIR = NODE_MODULES_DIR / "@expo-google-fonts" / "noto-sans-jp"
# Fonts of certificates, regular and semi-bold, in the order in which a character is
# looked up. The second has rare name characters that the first lacks, such as U+20BB7.
CERTIFICATE_FONTS = [
    (
        NOTO_SANS_SC_DIR / "400Regular" / "NotoSansSC_400Regular.ttf",
        NOTO_SANS_SC_DIR / "600SemiBold" / "NotoSansSC_600SemiBold.ttf",
    ),
    (
        NOTO_SANS_JP_DIR / "400Regular" / "NotoSansJP_400Regular.ttf",
        NOTO_SANS_JP_DIR / "600SemiBold" / "NotoSansJP_600SemiBold.ttf",
    ),
    *configuration.font_pairs("CERTIFICATE_FONTS"),
]
LUCIDE_ICONS_DIR = NODE_MODULES_DIR / "lucide-static" / "icons"

MEDIA_ROOT = DATA_DIR / "public"
MEDIA_URL = "/uploads/"
S3_BUCKET = env.str("S3_BUCKET", default="")
# Where browsers are redirected to for videos; the content security policy names it.
S3_PUBLIC_ORIGIN = env.str(
    "S3_PUBLIC_ORIGIN", default=env.str("S3_ENDPOINT_URL", default="")
).rstrip("/")
STORAGES = {
    "default": configuration.file_storage(
        "public", bucket=S3_BUCKET, public_url=MEDIA_URL
    ),
    "private": configuration.file_storage("private", bucket=S3_BUCKET),
    "media": configuration.file_storage("media", bucket=S3_BUCKET),
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "lms.core.staticfiles.ManifestStorage"
    },
}
# The Work Safety Law posts about 1,300 fields from the editor.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
MEDIA_MAX_UPLOAD_MB = env.int("MEDIA_MAX_UPLOAD_MB", default=2048)
MEDIA_TRANSCODE_CONCURRENCY = env.int("MEDIA_TRANSCODE_CONCURRENCY", default=1)
# nginx serves local files of videos where it is named (docs/media.md).
MEDIA_X_ACCEL_PREFIX = env.str("MEDIA_X_ACCEL_PREFIX", default="")
FFMPEG_BINARY = env.str("FFMPEG_BINARY", default="")

# --- people ---
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "lms.accounts.backends.AccountBackend",
    "lms.organizations.backends.EmployeeNumberBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "portal:start"
LOGOUT_REDIRECT_URL = "/"
LMS_REQUIRE_STAFF_MFA = env.bool("LMS_REQUIRE_STAFF_MFA", default=HTTPS)
LMS_OPEN_SIGNUP = env.bool("LMS_OPEN_SIGNUP", default=True)
# Without it a forged X-Forwarded-For would make a new client of each request.
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if BEHIND_PROXY else 0
ACCOUNT_ADAPTER = "lms.accounts.adapters.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "lms.accounts.forms.SignInForm",
    "signup": "lms.accounts.forms.SignUpForm",
    "add_email": "lms.accounts.forms.AddEmailForm",
    "change_password": "lms.accounts.forms.ChangePasswordForm",
    "set_password": "lms.accounts.forms.SetPasswordForm",
    "reset_password": "lms.accounts.forms.ResetPasswordForm",
    "reset_password_from_key": "lms.accounts.forms.ResetPasswordKeyForm",
    "reauthenticate": "lms.accounts.forms.ReauthenticateForm",
}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email", "phone"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_LOGIN_ON_PASSWORD_RESET = False
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if HTTPS else "http"
# A whole shift signs in from one address: guessing is held back per account instead.
ACCOUNT_RATE_LIMITS = {
    "login": "300/m/ip",
    "login_failed": "60/m/ip,5/300s/key",
    "signup": "60/m/ip",
    # Whoever knows an address must not fill its mailbox.
    "reset_password": "20/m/ip,5/h/key",
}
MFA_ADAPTER = "lms.accounts.adapters.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_FORMS = {
    "authenticate": "lms.accounts.forms.AuthenticateForm",
    "reauthenticate": "lms.accounts.forms.ReauthenticateCodeForm",
    "activate_totp": "lms.accounts.forms.ActivateAppForm",
    "add_webauthn": "lms.accounts.forms.AddPasskeyForm",
    "edit_webauthn": "lms.accounts.forms.EditPasskeyForm",
}
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "安学"
MFA_TOTP_TOLERANCE = 1
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS

# --- secrets and keys ---
FIELD_ENCRYPTION_KEYS_ARE_GIVEN = configuration.is_given("FIELD_ENCRYPTION_KEYS")
FIELD_ENCRYPTION_KEYS = configuration.field_encryption_keys()
SIGNING_KEY_FILE = env.str("SIGNING_KEY_FILE", default="")
SIGNING_KEY_PASSWORD = env.str("SIGNING_KEY_PASSWORD", default="")
SIGNING_PKCS11_MODULE = env.str("SIGNING_PKCS11_MODULE", default="")
SIGNING_PKCS11_TOKEN = env.str("SIGNING_PKCS11_TOKEN", default="")
SIGNING_PKCS11_KEY = env.str("SIGNING_PKCS11_KEY", default="")
SIGNING_PKCS11_PIN = env.str("SIGNING_PKCS11_PIN", default="")
SIGNING_CERTIFICATE_FILE = env.str("SIGNING_CERTIFICATE_FILE", default="")
# Time stamps of certificates; see certificates.domain.timestamps.
TIMESTAMP_URL = env.str("TIMESTAMP_URL", default="")
SIGNATURE_LEVEL = env.str("SIGNATURE_LEVEL", default="")
SIGNATURE_TRUST_FILE = env.str("SIGNATURE_TRUST_FILE", default="")

# --- mail ---
vars().update(env.email_url("EMAIL_URL", default="consolemail://"))
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="安学 <noreply@example.com>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# --- language and time ---
LANGUAGE_CODE = "zh-hans"
LANGUAGES = WAGTAIL_CONTENT_LANGUAGES = [
    ("zh-hans", _("Simplified Chinese")),
    ("en", _("English")),
]
LOCALE_PATHS = [BASE_DIR / "lms" / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True

# --- learning ---
# Eight credit hours of 45 minutes: nobody learns more than that online in a day.
STUDY_DAY_SECONDS = env.int("STUDY_DAY_SECONDS", default=8 * 2700)
# A learning record store that gets xAPI statements; empty: none are sent.
XAPI_ENDPOINT = env.str("XAPI_ENDPOINT", default="")
XAPI_KEY = env.str("XAPI_KEY", default="")
XAPI_SECRET = env.str("XAPI_SECRET", default="")
# Hosts inside the own network that outgoing calls may reach.
OUTGOING_PRIVATE_HOSTS = env.list("OUTGOING_PRIVATE_HOSTS", default=[])

# --- background work ---
CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default="filesystem://localhost/")
if CELERY_BROKER_URL.startswith("filesystem://"):
    CELERY_BROKER_TRANSPORT_OPTIONS = configuration.file_broker()
    CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "beat-schedule")

# --- REST ---
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "lms.api.authentication.TokenAuthentication",
        "lms.api.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": [
        "rest_framework.permissions.IsAuthenticated",
        "lms.api.authentication.HasScope",
    ],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["lms.api.parsers.JSONParser"],
    "DEFAULT_PAGINATION_CLASS": "lms.api.pagination.CursorPagination",
    "DEFAULT_SCHEMA_CLASS": "lms.api.schema.ApiSchema",
    "DEFAULT_THROTTLE_RATES": {
        "verify": "60/min",
        "verify_batch": "30/min",
        "search": "120/min",
    },
    "EXCEPTION_HANDLER": "lms.api.errors.exception_handler",
    "PAGE_SIZE": 50,
    "NUM_PROXIES": ALLAUTH_TRUSTED_PROXY_COUNT,
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Anxue REST API",
    "DESCRIPTION": "Training, exams and certificates under the Work Safety Law.",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "DEFAULT_GENERATOR_CLASS": "lms.api.schema.EnglishSchemaGenerator",
    "ENUM_NAME_OVERRIDES": {
        "CertificateState": "certificates.enums.CertificateState",
        "JobState": "lms.core.enums.JobState",
        "EvidenceKind": "exams.enums.REPORTABLE_KINDS",
        "CardState": "exams.enums.CardState",
        "PracticeKind": "exams.enums.PracticeKind",
    },
    "PREPROCESSING_HOOKS": ["lms.api.schema.only_our_calls"],
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
}

# --- Wagtail ---
WAGTAIL_SITE_NAME = "安学"
WAGTAILADMIN_BASE_URL = SITE_URL
WAGTAIL_I18N_ENABLED = True
WAGTAIL_GRAVATAR_PROVIDER_URL = None
# One sign-in for everybody: with the second factor, rate limits and audit.
WAGTAILADMIN_LOGIN_URL = "account_login"
WAGTAIL_PASSWORD_MANAGEMENT_ENABLED = False
WAGTAIL_PASSWORD_RESET_ENABLED = False
WAGTAIL_EMAIL_MANAGEMENT_ENABLED = False
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAILSEARCH_BACKENDS = {
    "default": {"BACKEND": "wagtail.search.backends.database", "AUTO_UPDATE": True}
}
WAGTAILDOCS_SERVE_METHOD = "serve_view"
WAGTAILIMAGES_EXTENSIONS = ["gif", "jpg", "jpeg", "png", "webp"]
WAGTAILEMBEDS_FINDERS: list[dict] = []
WAGTAILADMIN_PERMITTED_LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]

# --- security ---
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_SAMESITE = "Lax"
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=HTTPS)
# A load balancer asks each node in plain HTTP, and takes a redirect for a failure.
SECURE_REDIRECT_EXEMPT = [r"^health/"]
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "SAMEORIGIN"
# It asks for DENY; editors see previews of pages in a frame of the admin.
SILENCED_SYSTEM_CHECKS = ["security.W019"]
CSRF_FAILURE_VIEW = "lms.core.views.csrf_failure"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    # A line for each indexed row and each page: too much while content is loaded.
    "loggers": {
        name: {"level": "WARNING"} for name in ("django_tasks", "wagtail", "fontTools")
    },
}
