"""What stands on a printed page, read from the PDF's own table of objects."""

import re


def text_of(file: bytes) -> list[str]:
    """The lines of a file of one uncompressed page, once every place its table names holds what it should."""
    assert file.startswith(b"%PDF-1.")
    assert file.rstrip().endswith(b"%%EOF")
    [table] = re.findall(rb"startxref\s+(\d+)", file)
    listed = file[int(table) :]
    assert listed.startswith(b"xref")
    for number, place in enumerate(re.findall(rb"(\d{10}) 00000 n ", listed), 1):
        assert file[int(place) :].startswith(b"%d 0 obj" % number)
    [(length, stream)] = re.findall(rb"/Length (\d+) >>\s+stream\n(.*)\nendstream", file, re.DOTALL)
    assert int(length) == len(stream)
    return [re.sub(rb"\\(.)", rb"\1", one).decode("cp1252") for one in re.findall(rb"\((.*)\) Tj", stream)]
