"""Whole page or fragment, redirects that htmx follows, and what a sign-in leads back to."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import htmx_flask
from flask import Flask, Response, current_app, g, make_response, redirect, render_template, request, url_for


def wants_fragment() -> bool:
    """Whether htmx asks for a part of the page. A history restore and a boosted link get the whole page."""
    htmx: Any = getattr(request, "htmx", None)
    return bool(htmx) and not htmx.boosted and not htmx.history_restore_request


def page(template: str, *, fragment: str | None = None, status: int = 200, **context: Any) -> Response:
    """Render `template`, or `fragment` when htmx asks for a part and there is one. Templates know the `status` too."""
    chosen = fragment if fragment and wants_fragment() else template
    return make_response(render_template(chosen, status=status, **context), status)


def fragments(*parts: str, status: int = 200, retarget: str = "", trigger: str = "") -> Response:
    """Several rendered parts in one answer (out-of-band ones among them); the only caller of htmx-flask's response.

    htmx-flask 0.1.0 refuses valid swap modifiers and sets no Vary header, so headers are set here by hand.
    """
    response: Response = htmx_flask.make_response("".join(parts))
    response.status_code = status
    if retarget:
        response.headers["HX-Retarget"] = retarget
    if trigger:
        response.headers["HX-Trigger"] = trigger
    return response


def main_anew(template: str, **context: Any) -> Response:
    """The page's main part in place of the one that htmx shows; what stands beside it, such as opened help, stays."""
    response = fragments(render_template(template, status=200, **context), retarget="#main")
    response.headers["HX-Reselect"] = "#main"
    response.headers["HX-Reswap"] = "outerHTML"
    return response


def go_to(address: str, status: int = 303) -> Response:
    """Redirect after a change; htmx is told to load the page instead of swapping it into a part."""
    if wants_fragment():
        response = make_response("", 200)
        response.headers["HX-Redirect"] = address
        return response
    return make_response(redirect(address, code=status))


def is_local_path(target: str) -> bool:
    """Whether `target` is a path on this site and nothing a browser could read as another origin (R-136)."""
    if not target.startswith("/") or len(target) > 2000:
        return False
    if any(not 32 < ord(character) < 127 or character == "\\" for character in target):
        return False
    return not target.lower().startswith(("//", "/%2f", "/%5c", "/%09", "/.", "/%2e"))


def next_page(default: str) -> str:
    """Where to go on after sign-in: the `next` parameter when it is a local path, else `default`."""
    target = request.values.get("next", "")
    return target if is_local_path(target) else default


def sign_in_first(wanted: str = "") -> Response:
    """Lead to the sign-in page: 302, or 401 for htmx and for a POST. `wanted`: where to go on afterwards."""
    address = url_for("accounts.sign_in", next=(wanted or _page_asked_for()) or None)
    if wants_fragment():
        response = make_response("", 401)
        response.headers["HX-Redirect"] = address
        return response
    if request.method in ("GET", "HEAD"):
        return make_response(redirect(address, code=302))
    return page("errors/page.html", status=401, **error_context(401, sign_in=address))


def verify_first() -> Response:
    """Lead somebody whose address is not verified yet to the page that says so."""
    return go_to(url_for("accounts.check_mail"))


def codes_first(wanted: str = "") -> Response:
    """Lead somebody who has no security codes yet to the page that sets them up, and then on to `wanted`."""
    return go_to(url_for("codes.show", next=(wanted or _page_asked_for()) or None), 302 if _is_look() else 303)


def confirm_first() -> Response:
    """Lead somebody who is signed in to prove that it is them; what they wanted goes on afterwards."""
    wanted = _page_asked_for()
    if not wanted and request.url_rule and "GET" in (request.url_rule.methods or ()) and is_local_path(request.path):
        wanted = request.path  # a form that stands under its own address
    return go_to(url_for("proof.confirm", next=wanted or None), 302 if _is_look() else 303)


def _is_look() -> bool:
    return request.method in ("GET", "HEAD")


def download(pieces: Iterator[str] | Iterator[bytes], name: str, content_type: str) -> Response:
    """A file that is made while it leaves; `name` with its ending.

    Each piece is made in an application context of its own: the request has ended by then, and a reader who goes away
    must leave nothing open. So `pieces` ask nothing of the request, and keep no transaction from one to the next.
    """
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 (werkzeug's way to the object behind its proxy)
    response = Response(_leaving(app, pieces), content_type=f"{content_type}; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _leaving(app: Flask, pieces: Iterator[Any]) -> Iterator[Any]:
    while True:
        with app.app_context():
            piece = next(pieces, None)
        if piece is None:
            return
        yield piece


def closed_first(*, may_keep: bool) -> Response:
    """Say that the organisation is closed; whoever may keep it after all is led to where that is done."""
    from link4web.web.errors import error_page

    where = url_for("closing.show", organisation=g.organisation.id) if may_keep else url_for("overview.index")
    return error_page(
        403,
        title="This organisation is closed",
        sentence="Its data is still here for some days, and you can keep it."
        if may_keep
        else "An admin has closed it. Ask them if that was a mistake.",
        code="ORGANISATION-CLOSED",
        go_on=where,
    )


def _page_asked_for() -> str:
    """The page to come back to: the one htmx is on, or the one asked for; a POST can't be asked for again."""
    if wants_fragment():
        wanted = _path_of(request.headers.get("HX-Current-URL", ""))
    elif request.method in ("GET", "HEAD"):
        wanted = request.full_path.rstrip("?")
    else:
        wanted = ""
    return wanted if is_local_path(wanted) else ""


def _path_of(address: str) -> str:
    try:
        parts = urlsplit(address)
    except ValueError:  # "http://[": no browser sends it
        return ""
    return parts.path + (f"?{parts.query}" if parts.query else "")


def error_context(status: int, **more: Any) -> dict[str, Any]:
    """What `errors/page.html` shows for a status."""
    from link4web.web.errors import explain

    return {**explain(status), **more}
