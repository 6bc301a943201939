"""Answers for refused requests, and the content security policy."""

from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

from lms.core.errors import DomainError
from lms.core.views import render_problem

# How long a shared cache may keep a public page: an editor's change shows after that.
SHARED_SECONDS = 60

PUBLIC_POLICY = {
    "default-src": "'self'",
    "img-src": "'self' data: blob:",
    "media-src": "'self' blob:",
    "worker-src": "'self' blob:",
    "object-src": "'none'",
    "base-uri": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'self'",
}
# Wagtail's admin writes inline scripts and styles, and shows previews in frames.
ADMIN_POLICY = PUBLIC_POLICY | {
    "script-src": "'self' 'unsafe-inline' 'unsafe-eval'",
    "style-src": "'self' 'unsafe-inline'",
    "connect-src": "'self'",
}


def _header(policy: dict[str, str]) -> str:
    return "; ".join(f"{name} {value}" for name, value in policy.items())


class ContentSecurityPolicyMiddleware:
    """Send a policy that needs no nonce on public pages, so they can be cached."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        # Videos and their posters may be redirected to the bucket.
        names = ("media-src", "img-src", "connect-src")
        media = {name: PUBLIC_POLICY.get(name, "'self'") for name in names}
        if settings.S3_PUBLIC_ORIGIN:
            media = {k: f"{v} {settings.S3_PUBLIC_ORIGIN}" for k, v in media.items()}
        self.public = _header(PUBLIC_POLICY | media)
        self.admin = _header(ADMIN_POLICY | media)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        is_admin = request.path_info.startswith("/admin/")
        response.headers.setdefault(
            "Content-Security-Policy", self.admin if is_admin else self.public
        )
        return response


class PublicCompressionMiddleware(GZipMiddleware):
    """Compress pages that hold no secret.

    The size of a compressed page tells of its content (BREACH). Who is signed in, and
    who gets a form with a CSRF token, gets it uncompressed from us.
    """

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        is_page = response.get("Content-Type", "").startswith("text/html")
        # Known from the cookie alone: whether the session is a real one would cost a
        # query, and doubt is on the safe side.
        has_session = settings.SESSION_COOKIE_NAME in request.COOKIES
        has_token = "CSRF_COOKIE" in request.META
        if not is_page or has_session or has_token or response.cookies:
            return response
        return super().process_response(request, response)


class CacheHeadersMiddleware:
    """Say who may keep a page: anybody a public one, nobody else a reader's own.

    A view that says something itself is left alone. What is answered to somebody
    without a session, and sets no cookie, is the same for everybody; a shared cache
    may keep it for a minute. The address decides the language of a page, so that
    `Accept-Language`, which differs from browser to browser, is no reason for a copy.
    Files and data of a reader are private too: some networks keep what says nothing.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        is_page = response.headers.get("Content-Type", "").startswith("text/html")
        is_ours = not request.path_info.startswith(("/admin/", "/api/"))
        if not response.has_header("Cache-Control"):
            if self._is_own(request, response):
                response.headers["Cache-Control"] = "private, no-cache"
            elif is_page and is_ours:
                response.headers["Cache-Control"] = self._wording(request, response)
        if is_page and is_ours and "public" in response.get("Cache-Control", ""):
            self._forget_accept_language(response)
        return response

    @staticmethod
    def _is_own(request: HttpRequest, response: HttpResponse) -> bool:
        return bool(
            settings.SESSION_COOKIE_NAME in request.COOKIES
            or "Authorization" in request.headers
            or response.cookies
        )

    @staticmethod
    def _wording(request: HttpRequest, response: HttpResponse) -> str:
        if request.method not in {"GET", "HEAD"}:
            return "private, no-cache"
        if response.status_code != HTTPStatus.OK:
            return "no-cache"
        return f"public, max-age=0, s-maxage={SHARED_SECONDS}"

    @staticmethod
    def _forget_accept_language(response: HttpResponse) -> None:
        names = [name.strip() for name in response.headers.get("Vary", "").split(",")]
        kept = {n: None for n in names if n and n.lower() != "accept-language"}
        # Whoever signs in asks for another page than the one that is kept.
        response.headers["Vary"] = ", ".join({**kept, "Cookie": None})


class DomainErrorMiddleware:
    """Turn an uncaught `DomainError` into a page that says what to do."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(
        self, request: HttpRequest, exception: Exception
    ) -> HttpResponse | None:
        if isinstance(exception, DomainError):
            return render_problem(
                request, status=exception.status, message=exception.message
            )
        return None
