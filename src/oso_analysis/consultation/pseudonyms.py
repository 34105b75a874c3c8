"""Stable pseudonyms for respondents, which only the holder of a key can make or undo.

A pseudonym is the beginning of HMAC-SHA256 (RFC 2104) of the normalised name under a secret key, in
Crockford's base 32 (no I, L, O, U, so that nothing is misread). Without the key nobody can test a
guessed name against it, as one could with a plain hash; with the key the same respondent gets the
same pseudonym in every table and year. Key and mapping stay away from data and reports.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import tempfile
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from oso_analysis.errors import InputError, OsoError, Problem, RunError, require_columns
from oso_analysis.literature.readers.write import guard, unguard
from oso_analysis.project import find_root

__all__ = [
    "LINKING_COLUMNS",
    "MAPPING_COLUMNS",
    "Pseudonymised",
    "create_key",
    "pseudonymise",
    "read_key",
    "read_mapping",
    "write_mapping",
]

MAPPING_COLUMNS = ("pseudonym", "respondent")
#: Columns of a submissions table that lead straight back to the respondent.
LINKING_COLUMNS = ("reference", "source_url")

_KEY_BYTES = 32
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
#: 8 letters are 40 bits: of 10,000 respondents two collide once in 20,000 keys.
_LENGTHS = (8, 12, 16)


@dataclass(frozen=True)
class Pseudonymised:
    """A pseudonymised table.

    Attributes
    ----------
    frame : pandas.DataFrame
        The table with pseudonyms for names, the linking columns empty.
    mapping : dict of str to str
        Pseudonym to name as first spelt; for `write_mapping`, never for release.
    leftovers : pandas.DataFrame
        Other cells in which a respondent's name still stands: ``row`` (1 is the header),
        ``column``, ``pseudonym`` of the respondent named there.
    """

    frame: pd.DataFrame
    mapping: dict[str, str]
    leftovers: pd.DataFrame


def _normalised(name: str) -> str:
    """Return the name without what differs between two spellings of it."""
    text = unicodedata.normalize("NFKD", name)
    text = "".join(letter for letter in text if not unicodedata.combining(letter)).casefold()
    return " ".join(re.findall(r"[^\W_]+", text.replace("&", " and ")))


def _check_place(path: Path, what: str) -> None:
    """Raise if a secret would lie where it might be released."""
    full = path.resolve()
    try:
        root = find_root(full.parent)
    except OsoError:
        root = None
    inside = root is not None and any(
        full.is_relative_to(root / folder) for folder in ("data", "reports", "notebooks")
    )
    if inside or "reports" in {part.casefold() for part in full.parent.parts}:
        raise InputError(
            [
                Problem(
                    f"must not hold the {what}: it lies among data or reports; choose a folder "
                    "that is never shared",
                    file=path.name,
                )
            ]
        )


def create_key(path: Path | str) -> bytes:
    """Create a key: 32 random bytes from the operating system, as hexadecimal text.

    Parameters
    ----------
    path : path-like
        A new file outside `data`, `reports` and `notebooks`, readable by its owner only (where the
        system knows owners). Keep a copy safe: without it the pseudonyms cannot be made again.

    Returns
    -------
    bytes
        The key.

    Raises
    ------
    InputError
        Where the file exists or must not lie there.
    RunError
        Where it cannot be written.
    """
    path = Path(path)
    _check_place(path, "key")
    key = os.urandom(_KEY_BYTES)
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(key.hex() + "\n")
    except FileExistsError:
        raise InputError(
            [Problem("exists already; a key is never replaced", file=path.name)]
        ) from None
    except OSError as error:
        raise RunError(f"{path.name} cannot be written: {error.strerror}") from None
    return key


def read_key(path: Path | str) -> bytes:
    """Read a key that `create_key` made.

    Raises
    ------
    InputError
        Where it does not exist, must not lie there or is no key.
    """
    path = Path(path)
    _check_place(path, "key")
    try:
        key = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except FileNotFoundError:
        raise InputError([Problem("does not exist", file=path.name)]) from None
    except (ValueError, OSError):
        key = b""
    if len(key) != _KEY_BYTES:
        raise InputError([Problem("is not a key: 64 hexadecimal digits", file=path.name)])
    return key


def _letters(name: str, key: bytes, length: int) -> str:
    number = int.from_bytes(hmac.new(key, name.encode("utf-8"), hashlib.sha256).digest())
    # The leading bits, five at a time.
    letters = (_ALPHABET[number >> (256 - 5 * (i + 1)) & 31] for i in range(length))
    return "R-" + "".join(letters)


def _assign(
    names: Iterable[str], key: bytes, mapping: Mapping[str, str]
) -> tuple[dict[str, str], dict[str, str]]:
    """Return normalised name to pseudonym, and the mapping with the new names."""
    known = dict(mapping)
    taken = {pseudonym: _normalised(name) for pseudonym, name in known.items()}
    assigned: dict[str, str] = {}
    first: dict[str, str] = {}
    for name in sorted(set(names)):
        first.setdefault(_normalised(name), name)
    for normal, name in sorted(first.items()):
        for length in _LENGTHS:
            pseudonym = _letters(normal, key, length)
            if taken.get(pseudonym, normal) == normal:
                break
        else:
            raise RunError("two respondents cannot be told apart under this key; create a new key")
        assigned[normal] = pseudonym
        taken[pseudonym] = normal
        known.setdefault(pseudonym, name)
    return assigned, known


def pseudonymise(
    frame: pd.DataFrame,
    key: bytes,
    *,
    column: str = "respondent",
    mapping: Mapping[str, str] | None = None,
    blank: Sequence[str] = LINKING_COLUMNS,
) -> Pseudonymised:
    """Replace respondents' names by pseudonyms such as ``R-7F3K9ZQ2``.

    Parameters
    ----------
    frame : pandas.DataFrame
        Any table with a column of names. Spellings that differ in case, accents, spaces or
        punctuation only are one respondent. A missing name stays missing.
    key : bytes
        From `create_key` or `read_key`.
    column : str
    mapping : mapping of str to str, optional
        From earlier tables, so that a pseudonym given once stays given.
    blank : sequence of str
        Columns to empty because they lead back to the respondent; those the table does not have are
        ignored. They stay, so that the table still keeps to its description.

    Returns
    -------
    Pseudonymised

    Raises
    ------
    InputError
        Where the column is missing, the key is no key, or a name holds no letter or digit.
    """
    require_columns(frame, [column], where="pseudonymise")
    if len(key) != _KEY_BYTES:
        raise InputError([Problem(f"must be {_KEY_BYTES} bytes", column="key")])
    names = frame[column]
    present = names.notna()
    empty = [
        Problem("holds no letter or digit", column=column, row=row + 2, value=name)
        for row, name in enumerate(names)
        if present.iloc[row] and not _normalised(str(name))
    ]
    if empty:
        raise InputError(empty)
    assigned, known = _assign([str(name) for name in names[present]], key, mapping or {})
    out = frame.assign(
        **{
            name: pd.Series(pd.NA, index=frame.index, dtype="str")
            for name in blank
            if name in frame.columns
        }
    )
    out[column] = pd.Series(
        [
            assigned[_normalised(str(name))] if here else None
            for name, here in zip(names, present, strict=True)
        ],
        index=frame.index,
        dtype="str",
    )
    return Pseudonymised(out, known, _leftovers(out, column, assigned))


def _leftovers(frame: pd.DataFrame, column: str, assigned: Mapping[str, str]) -> pd.DataFrame:
    rows = []
    words = sorted(assigned, key=lambda name: (-len(name), name))
    pattern = re.compile(rf"(?<!\S)(?:{'|'.join(map(re.escape, words))})(?!\S)") if words else None
    for other in frame.columns:
        if other == column or pd.api.types.is_numeric_dtype(frame[other]) or pattern is None:
            continue
        for row, value in enumerate(frame[other]):
            if isinstance(value, str):
                found = dict.fromkeys(pattern.findall(_normalised(value)))
                rows += [(row + 2, str(other), assigned[name]) for name in found]
    return pd.DataFrame(rows, columns=["row", "column", "pseudonym"])


def write_mapping(mapping: Mapping[str, str], path: Path | str) -> Path:
    """Write the mapping, pseudonym to name, as CSV: whole or not at all.

    Raises
    ------
    InputError
        Where it must not lie there.
    RunError
        Where it cannot be written.
    """
    path = Path(path)
    _check_place(path, "mapping")
    rows = [(pseudonym, guard(name)) for pseudonym, name in sorted(mapping.items())]
    table = pd.DataFrame(rows, columns=list(MAPPING_COLUMNS))
    temporary = ""
    try:
        # `mkstemp` makes a file that only its owner can read.
        handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            table.to_csv(file, index=False, lineterminator="\n")
        Path(temporary).replace(path)
    except OSError as error:
        if temporary:
            Path(temporary).unlink(missing_ok=True)
        raise RunError(f"{path.name} cannot be written: {error.strerror}") from None
    return path


def read_mapping(path: Path | str) -> dict[str, str]:
    """Read a mapping that `write_mapping` wrote; empty where there is none yet.

    Raises
    ------
    InputError
        Where columns are missing or a pseudonym stands for two names.
    """
    path = Path(path)
    if not path.exists():
        return {}
    table = pd.read_csv(path, dtype="str", keep_default_na=False, encoding="utf-8")
    require_columns(table, list(MAPPING_COLUMNS), where=path.name)
    twice = table["pseudonym"].duplicated()
    if twice.any():
        raise InputError(
            [
                Problem("stands twice", file=path.name, row=row + 2, value=value)
                for row, value in enumerate(table["pseudonym"])
                if twice.iloc[row]
            ]
        )
    return dict(zip(table["pseudonym"], table["respondent"].map(unguard), strict=True))
