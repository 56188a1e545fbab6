"""Make a picture of a page small: at most 256 colours, a byte for each pixel. Pages have few, so little is lost."""

import struct
import zlib
from collections import Counter
from collections.abc import Iterator

SIGNATURE = b"\x89PNG\r\n\x1a\n"
MOST_COLOURS = 256


def shrink(png: bytes, colours: int = MOST_COLOURS) -> bytes:
    """The same picture with a palette.

    Args:
        png: 8 bits a channel, RGB or RGBA, not interlaced: what browsers make. Transparency is dropped.
        colours: how many stay; the others become the one that is nearest.
    """
    chunks = list(_chunks(png))
    width, height, depth, kind, _, _, interlaced = struct.unpack(">IIBBBBB", chunks[0][1])
    if (depth, interlaced) != (8, 0) or kind not in (2, 6):
        raise ValueError("only plain RGB or RGBA pictures with 8 bits a channel")
    channels = 3 if kind == 2 else 4
    rows = _rows(
        zlib.decompress(b"".join(body for name, body in chunks if name == b"IDAT")), width * channels, channels
    )
    pixels = [[row[at : at + 3] for at in range(0, len(row), channels)] for row in rows]
    counted = Counter(pixel for row in pixels for pixel in row)
    palette = _palette(counted, colours)
    index = {colour: place for place, colour in enumerate(palette)}
    for colour in counted:
        if colour not in index:
            index[colour] = _nearest(colour, palette)
    packed = zlib.compress(b"".join(b"\0" + bytes(index[pixel] for pixel in row) for row in pixels), 9)
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    parts = (b"IHDR", header), (b"PLTE", b"".join(palette)), (b"IDAT", packed), (b"IEND", b"")
    return SIGNATURE + b"".join(_chunk(*part) for part in parts)


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(SIGNATURE)
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        yield png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        at += 12 + length


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def _rows(data: bytes, length: int, step: int) -> Iterator[bytes]:
    """Undo the five ways in which PNG writes a row as differences to its neighbours (PNG specification, section 9)."""
    before = bytearray(length)
    for start in range(0, len(data), length + 1):
        how, row = data[start], bytearray(data[start + 1 : start + 1 + length])
        for at in range(length if how else 0):
            left, corner = (row[at - step], before[at - step]) if at >= step else (0, 0)
            guess = (0, left, before[at], (left + before[at]) // 2, _paeth(left, before[at], corner))[how]
            row[at] = (row[at] + guess) & 0xFF
        before = row
        yield bytes(row)


def _paeth(left: int, above: int, corner: int) -> int:
    guess = left + above - corner
    return min((left, above, corner), key=lambda one: abs(guess - one))


def _palette(counted: Counter[bytes], most: int) -> list[bytes]:
    """The most frequent colours; the fewer may stay, the further apart, so that a small mark keeps its own."""
    apart = (2 * MOST_COLOURS // most) ** 2
    palette: list[bytes] = []
    for colour, _ in counted.most_common():
        if len(palette) < most and all(_distance(colour, other) >= apart for other in palette):
            palette.append(colour)
    return palette


def _nearest(colour: bytes, palette: list[bytes]) -> int:
    return min(range(len(palette)), key=lambda at: _distance(colour, palette[at]))


def _distance(one: bytes, other: bytes) -> int:
    return sum((a - b) ** 2 for a, b in zip(one, other, strict=True))
