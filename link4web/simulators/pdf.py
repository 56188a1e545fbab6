"""A PDF of one page with a few lines of text: what the simulated ledgers print an invoice as.

After ISO 32000-1, "File structure"; how a real invoice looks is its template's business, and is not played.
"""

from collections.abc import Iterable

from flask import Response

PDF = "application/pdf"
LINE_HEIGHT = 18
_FIRST = b"/Type /Catalog /Pages 2 0 R"
_PAGES = b"/Type /Pages /Kids [3 0 R] /Count 1"
_PAGE = b"/Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F 5 0 R >> >>"
_FONT = b"/Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding"


def printed(lines: Iterable[str]) -> Response:
    """The answer with these lines on one page."""
    return Response(document(lines), content_type=PDF)


def document(lines: Iterable[str]) -> bytes:
    """The file; letters outside Windows-1252 become question marks."""
    shown = b"".join(b"(%b) Tj T*\n" % _escaped(line) for line in lines)
    drawn = b"BT /F 12 Tf %d TL 60 780 Td\n%bET" % (LINE_HEIGHT, shown)
    stream = b"<< /Length %d >>\nstream\n%b\nendstream" % (len(drawn), drawn)
    dictionaries = [b"<< %b >>" % one for one in (_FIRST, _PAGES, _PAGE)]
    objects = [*dictionaries, stream, b"<< %b >>" % _FONT]
    file, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(file))
        file += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    end = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, len(file))
    return file + b"xref\n0 %d\n0000000000 65535 f \n%b%b" % (size, table, end)


def _escaped(line: str) -> bytes:
    text = line.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
    return text.encode("cp1252", "replace")
