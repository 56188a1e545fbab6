"""The three files a browser needs: our styles, our scripts, htmx. And how long it may keep the pictures of the help.

No build step: at start-up the layers of `static/css` and the modules of `static/js` are joined, each in the order named
here, and served under a name that carries a hash of the content, so a browser may keep them for a year.
Register `init_assets(app)` before other rules below `/static/`.
"""

import base64
import hashlib
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from flask import Flask, Response, abort, request

from link4web.web.access import public

STATIC: Final = Path(__file__).resolve().parents[2] / "static"

#: Cascade layers decide who wins; the order of the files is only for reading.
STYLES: Final = (
    "tokens.css",
    "marks.css",
    "base.css",
    "layout.css",
    "parts.css",
    "forms.css",
    "tables.css",
    "pages.css",
    "help.css",
    "state.css",
    "print.css",
)
SCRIPTS: Final = ("say.js", "busy.js", "dialog.js", "selection.js", "rows.js", "help.js", "small.js")
HTMX: Final = "htmx-2.0.11.min.js"

_COMMENT: Final = re.compile(rb"^\s*//.*\n", re.MULTILINE)

A_YEAR: Final = "public, max-age=31536000, immutable"
#: A picture keeps its name when it is taken anew.
A_DAY: Final = 24 * 60 * 60


@dataclass(frozen=True, kw_only=True)
class Asset:
    """One file as it is sent: its public name, its bytes, its type, and the value for an `integrity` attribute."""

    name: str
    body: bytes
    content_type: str

    @property
    def url(self) -> str:
        return f"/static/{self.name}"

    @property
    def etag(self) -> str:
        return hashlib.sha256(self.body).hexdigest()[:16]

    @cached_property
    def integrity(self) -> str:
        """Subresource integrity value (W3C SRI, section 3.5)."""
        return "sha384-" + base64.b64encode(hashlib.sha384(self.body).digest()).decode("ascii")


def _named(stem: str, suffix: str, body: bytes, content_type: str) -> Asset:
    digest = hashlib.sha256(body).hexdigest()[:12]
    return Asset(name=f"{stem}-{digest}.{suffix}", body=body, content_type=content_type)


def _styles(folder: Path) -> Asset:
    body = b"\n".join((folder / "css" / name).read_bytes() for name in STYLES)
    return _named("site", "css", body, "text/css; charset=utf-8")


def _scripts(folder: Path) -> Asset:
    # One strict function around all modules: they share names with each other and leave none on the page.
    # Whole lines of comment are for whoever reads the source.
    modules = b"\n".join(_COMMENT.sub(b"", (folder / "js" / name).read_bytes()) for name in SCRIPTS)
    body = b'(() => {\n"use strict";\n' + modules + b"})();\n"
    return _named("site", "js", body, "text/javascript; charset=utf-8")


def _htmx(folder: Path) -> Asset:
    body = (folder / "vendor" / HTMX).read_bytes()
    return _named(HTMX.removesuffix(".min.js"), "js", body, "text/javascript; charset=utf-8")


def read_assets(folder: Path = STATIC) -> dict[str, Asset]:
    """The assets by the short name that templates use: `css`, `js`, `htmx`."""
    return {"css": _styles(folder), "js": _scripts(folder), "htmx": _htmx(folder)}


def init_assets(app: Flask) -> None:
    """Serve the assets below `/static/` (endpoint `site_asset`) and give templates `asset(key)` and `integrity(key)`.

    Raises FileNotFoundError at start-up when a named file is missing.
    """
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = A_DAY
    assets = read_assets()
    by_name = {asset.name: asset for asset in assets.values()}

    @public
    def site_asset(name: str) -> Response:
        asset = by_name.get(name)
        if asset is None:
            abort(404)
        response = Response(asset.body, content_type=asset.content_type)
        response.headers["Cache-Control"] = A_YEAR
        response.set_etag(asset.etag)
        response.make_conditional(request)
        return response

    names = ", ".join(repr(name) for name in by_name)
    app.add_url_rule(f"/static/<any({names}):name>", "site_asset", site_asset, methods=["GET"])
    app.jinja_env.globals["asset"] = lambda key: assets[key].url
    app.jinja_env.globals["integrity"] = lambda key: assets[key].integrity
