"""SQLite databases of Taguette and QualCoder, opened so that not a byte is written anywhere."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path, PurePath
from typing import Any
from urllib.parse import quote

from oso_analysis.errors import InputError, Problem

__all__ = ["SQLITE_HEADER", "Tables", "open_database"]

SQLITE_HEADER = b"SQLite format 3\x00"
MAX_DATABASE = 2 << 30
#: The longest single cell that is read, in bytes: a whole submission's text.
_MAX_CELL = 64 << 20


class Tables:
    """Reads whole tables of one database; views and triggers of the file are never run."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        self.names = frozenset(str(name) for (name,) in rows)

    def rows(self, table: str, *columns: str) -> list[dict[str, Any]]:
        """Return the named columns of `table`, missing columns as None; no table, no rows."""
        if table not in self.names:
            return []
        info = self._connection.execute("SELECT name FROM pragma_table_info(?)", (table,))
        have = {str(name) for (name,) in info}
        listed = ", ".join(f'"{name}"' if name in have else "NULL" for name in columns)
        # Table and column names are literals of this package, never taken from the file.
        cursor = self._connection.execute(f'SELECT {listed} FROM "{table}" ORDER BY rowid')  # noqa: S608
        return [dict(zip(columns, row, strict=True)) for row in cursor]


def _uri(path: PurePath) -> str:
    """Return what SQLite opens read-only; in its view a network share is no server to ask."""
    place = quote(path.as_posix(), safe="/:")
    return f"file://{'' if place.startswith('/') else '/'}{place}?mode=ro&immutable=1"


@contextmanager
def open_database(path: Path, file: str) -> Iterator[Tables]:
    """Open a SQLite file read-only and immutable: no lock, no journal, nothing written beside it.

    Raises
    ------
    InputError
        Not a SQLite file, too large, damaged, or still open in its tool (a write-ahead log stands
        beside it, without which its newest changes would be missed).
    """
    try:
        size = path.stat().st_size
        with path.open("rb") as stream:
            header = stream.read(16)
    except OSError as error:
        rule = f"cannot be read ({error.strerror or type(error).__name__})"
        raise InputError([Problem(rule, file=file)]) from None
    if header != SQLITE_HEADER:
        raise InputError([Problem("is not a SQLite database", file=file)])
    if size > MAX_DATABASE:
        rule = f"has {size >> 20:,} MB; at most {MAX_DATABASE >> 20:,} MB are read"
        raise InputError([Problem(rule, file=file)])
    log = path.with_name(path.name + "-wal")
    if log.exists() and log.stat().st_size:
        rule = "is still open in its tool (a -wal file stands beside it); close the project first"
        raise InputError([Problem(rule, file=file)])
    try:
        with closing(sqlite3.connect(_uri(path.absolute()), uri=True)) as connection:
            connection.text_factory = lambda raw: raw.decode("utf-8", errors="replace")
            connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _MAX_CELL)
            connection.execute("PRAGMA trusted_schema = OFF")
            connection.execute("PRAGMA query_only = ON")
            connection.execute("PRAGMA cell_size_check = ON")
            yield Tables(connection)
    except (sqlite3.Error, UnicodeDecodeError, OverflowError) as error:
        # Python decodes SQLite's own message as UTF-8, and fails where it quotes a damaged schema.
        raise InputError([Problem(f"is a damaged database ({error})", file=file)]) from None
