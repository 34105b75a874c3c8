"""Workbooks of the format before .xlsx, written record by record: no library kept writes them."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Error:
    """A cell with an error, by its code: 42 is #N/A, 23 is #REF!."""

    code: int


@dataclass(frozen=True)
class Day:
    """A cell with a date, by its number."""

    number: float


@dataclass(frozen=True)
class Formula:
    """A formula: what it gives, or None where the program that wrote it works none out."""

    result: str | float | None


def record(number: int, content: bytes) -> bytes:
    return struct.pack("<HH", number, len(content)) + content


def _bof(kind: int) -> bytes:
    return record(0x809, struct.pack("<HHHHII", 0x600, kind, 0x0DBB, 1996, 0, 6))


_EOF = record(0x0A, b"")
Cell = str | float | bool | None | Error | Day | Formula


def stream(
    sheets: Mapping[str, Sequence[Sequence[Cell]]],
    *,
    before: bytes = b"",
    hidden: Sequence[str] = (),
) -> bytes:
    """Return the stream of a workbook, by sheet: rows of cells."""
    texts: list[str] = []

    def cell(row: int, column: int, value: Cell) -> bytes:
        at = struct.pack("<HHH", row, column, isinstance(value, Day))
        if isinstance(value, Formula):
            if isinstance(value.result, float):
                return record(0x06, at + struct.pack("<dHIH", value.result, 0, 0, 0))
            kind = 0 if value.result else 3
            given = struct.pack("<BxxxxxH", kind, 0xFFFF)
            worked = 0 if value.result is not None else 1
            formula = record(0x06, at + given + struct.pack("<HIH", worked, 0, 0))
            said = str(value.result or "").encode("utf-16-le")
            text = record(0x207, struct.pack("<HB", len(said) // 2, 1) + said)
            return formula + (text if kind == 0 else b"")
        if isinstance(value, str):
            if value not in texts:
                texts.append(value)
            return record(0xFD, at + struct.pack("<I", texts.index(value)))
        if isinstance(value, bool):
            return record(0x205, at + struct.pack("<BB", value, 0))
        if isinstance(value, Error):
            return record(0x205, at + struct.pack("<BB", value.code, 1))
        if value is None:
            return record(0x201, at)
        number = value.number if isinstance(value, Day) else value
        return record(0x203, at + struct.pack("<d", number))

    parts = [
        _bof(0x10)
        + b"".join(
            cell(at, column, value)
            for at, row in enumerate(rows)
            for column, value in enumerate(row)
        )
        + _EOF
        for rows in sheets.values()
    ]
    shared = b"".join(
        struct.pack("<HB", len(text.encode("utf-16-le")) // 2, 1) + text.encode("utf-16-le")
        for text in texts
    )
    formats = b"".join(record(0xE0, struct.pack("<HH16x", 0, key)) for key in (0, 14))
    head = _bof(5) + before + record(0x42, struct.pack("<H", 1200)) + formats
    tail = record(0xFC, struct.pack("<II", len(texts), len(texts)) + shared) + _EOF
    place = len(head) + sum(12 + len(name) for name in sheets) + len(tail)
    bounds = b""
    for name, part in zip(sheets, parts, strict=True):
        said = struct.pack("<IBBBB", place, name in hidden, 0, len(name), 0) + name.encode("ascii")
        bounds += record(0x85, said)
        place += len(part)
    return head + bounds + tail + b"".join(parts)


def in_a_file(content: bytes, name: str = "Workbook") -> bytes:
    """Return a file of streams that holds one of `content`."""
    content += b"\0" * (max(4096, -(-len(content) // 512) * 512) - len(content))
    sectors = len(content) // 512
    assert sectors <= 124
    # Sector 0 says where each goes on, sector 1 is the directory, the stream follows.
    following = [-3, -2, *range(3, sectors + 2), -2]
    table = struct.pack("<128i", *following, *[-1] * (128 - len(following)))

    def entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
        said = name.encode("utf-16-le")
        return struct.pack(
            "<64sHBBiii36xiII", said, len(said) + 2, kind, 1, -1, -1, child, start, size, 0
        )

    directory = entry("Root Entry", 5, 1, -2, 0) + entry(name, 2, -1, 2, len(content))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + struct.pack(
        "<16xHHHHH6xiiiiiiiii109i",
        *(0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, -2, 0, -2, 0),
        *[0, *[-1] * 108],
    )
    return header + table + directory.ljust(512, b"\0") + content
