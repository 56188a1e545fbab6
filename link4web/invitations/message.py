"""What people write into invitations: their own message without links, and names that can't turn into links (R-105)."""

import re
import unicodedata

from link4web.web.forms import one_line

MAX_LENGTH = 500
NAME_LENGTH = 100

# Mail programs make links of far less than a full address, so anything that looks like a domain counts as one.
_SCHEME = re.compile(r"\b[a-z][a-z0-9+.-]{1,15}:/{1,2}\S*", re.IGNORECASE)
_DOMAIN = re.compile(r"[\w@-]+(?:\.[\w-]+)*\.[^\W\d_]{2,24}(?::\d+)?(?:[/?#]\S*)?(?![\w-])")
_MAILTO = re.compile(r"\b(?:mailto|tel|javascript|data):\S*", re.IGNORECASE)
_NUMERIC = re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}\b(?:[:/]\S*)?")
_LINKS = (_SCHEME, _MAILTO, _NUMERIC, _DOMAIN)


def tidy(text: str | None) -> str:
    """Several lines, trimmed; control and direction characters dropped, no more than one empty line in a row."""
    text = unicodedata.normalize("NFC", (text or "").replace("\r\n", "\n").replace("\r", "\n"))
    kept = "".join(c for c in text if c == "\n" or not unicodedata.category(c).startswith("C"))
    lines = [line.rstrip() for line in kept.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def first_link(text: str) -> str:
    """The first part of `text` that a mail program could turn into a link, or an empty string."""
    plain = unicodedata.normalize("NFKC", text).replace("。", ".")
    found = [match for pattern in _LINKS if (match := pattern.search(plain))]
    return min(found, key=lambda match: match.start()).group() if found else ""


def neutral(name: str) -> str:
    """A name fit for a mail: one line, at most 100 characters, and nothing in it that becomes a link."""
    plain = one_line(unicodedata.normalize("NFKC", name).replace("。", "."))
    for pattern in (_SCHEME, _MAILTO, _NUMERIC):
        plain = pattern.sub(" ", plain)
    plain = _DOMAIN.sub(lambda match: re.sub(r"[.@:/?#=&]+", " ", match.group()), plain)
    return " ".join(plain.split())[:NAME_LENGTH].rstrip()
