"""Headers on every response, the same-origin check beside the CSRF token, and limits on what a request may carry."""

from flask import Flask, Response, abort, current_app, g, request
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from link4web.settings import Settings
from link4web.web.access import rule_of
from link4web.web.origin import comes_from_here

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self';"
    " font-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
STRICT_TRANSPORT = {"Strict-Transport-Security": "max-age=63072000; includeSubDomains"}
UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})
FORMS = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})
MAX_BODY = 1024 * 1024
MAX_FIELDS = 2000

csrf = CSRFProtect()


def init_security(app: Flask, settings: Settings) -> None:
    """Set up headers, CSRF and request limits."""
    app.config.update(
        MAX_CONTENT_LENGTH=MAX_BODY,
        MAX_FORM_MEMORY_SIZE=MAX_BODY,
        MAX_FORM_PARTS=MAX_FIELDS,
        WTF_CSRF_SSL_STRICT=False,  # it wants a Referer, which our policy withholds; the Origin check below replaces it
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_CHECK_DEFAULT=False,
    )
    csrf.init_app(app)
    app.before_request(_refuse_forgery)
    app.after_request(_set_headers)
    if settings.is_https:
        app.after_request(lambda response: _add(response, STRICT_TRANSPORT))
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=0)  # type: ignore[method-assign]  # Flask's way


def _refuse_forgery() -> None:
    if request.method not in UNSAFE or request.endpoint is None:
        return
    if sum(len(values) for values in request.form.listvalues()) > MAX_FIELDS:
        abort(413)  # werkzeug counts the fields of multipart bodies only
    if _has_more():
        abort(413)
    rule = rule_of(current_app.view_functions[request.endpoint])
    if rule and rule.csrf_exempt:
        return
    if not comes_from_here():
        abort(403)
    csrf.protect()


def _has_more() -> bool:
    """Whether a form sent in chunks goes on after the limit: werkzeug cuts such a body off without a word."""
    if request.content_length is not None or request.mimetype not in FORMS:
        return False
    return bool(request.environ.get("wsgi.input_terminated") and request.environ["wsgi.input"].read(1))


def _set_headers(response: Response) -> Response:
    _add(response, HEADERS)
    if response.mimetype == "text/html":
        response.vary.add("HX-Request")
    response.headers["X-Request-Id"] = g.get("request_id", "")
    return response


def _add(response: Response, headers: dict[str, str]) -> Response:
    """What the view has not said otherwise; `setdefault` for each would read all headers every time."""
    said = {name.lower() for name in response.headers.keys()}  # noqa: SIM118 (iterating gives pairs)
    response.headers.extend({name: value for name, value in headers.items() if name.lower() not in said})
    return response
