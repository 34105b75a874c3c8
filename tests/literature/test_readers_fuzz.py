"""Damaged files: whatever happens to them, every entry marker is accepted or rejected."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from oso_analysis.errors import InputError
from oso_analysis.literature.readers import read_records

ROOT = Path(__file__).parents[2]
FIXTURES = ROOT / "tests" / "fixtures" / "readers"
#: The real exports, cut to a size that leaves time for many mutations, and every dialect.
SOURCES = sorted(
    [*(ROOT / "data" / "literature" / "records").iterdir(), *FIXTURES.iterdir()],
    key=lambda path: path.name,
)
SIZE = 6_000


def head(path: Path) -> bytes:
    data = path.read_bytes()
    return data if path.suffix in (".xls", ".xlsx") else data[:SIZE]


def truncate(data: bytes, chance: random.Random) -> bytes:
    return data[: chance.randrange(len(data) + 1)]


def behead(data: bytes, chance: random.Random) -> bytes:
    return data[chance.randrange(len(data)) :]


def flip(data: bytes, chance: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.choice((1, 3, 30))):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def printable(data: bytes, chance: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.choice((1, 5, 50))):
        changed[chance.randrange(len(changed))] = chance.choice(b"\n\r\t {}[]\"',;:-@<>/\\&#%=TEY")
    return bytes(changed)


def delete(data: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(data))
    return data[:start] + data[start + chance.choice((1, 7, 200, 2000)) :]


def duplicate_lines(data: bytes, chance: random.Random) -> bytes:
    lines = data.split(b"\n")
    for _ in range(chance.choice((1, 4))):
        at = chance.randrange(len(lines))
        lines[at:at] = lines[at : at + chance.choice((1, 1, 9))]
    return b"\n".join(lines)


def drop_lines(data: bytes, chance: random.Random) -> bytes:
    lines = data.split(b"\n")
    for _ in range(chance.choice((1, 4, 20))):
        if len(lines) > 1:
            del lines[chance.randrange(len(lines))]
    return b"\n".join(lines)


def swap_lines(data: bytes, chance: random.Random) -> bytes:
    lines = data.split(b"\n")
    a, b = chance.randrange(len(lines)), chance.randrange(len(lines))
    lines[a], lines[b] = lines[b], lines[a]
    return b"\n".join(lines)


def splice(data: bytes, chance: random.Random) -> bytes:
    other = head(chance.choice(SOURCES))
    at = chance.randrange(len(data))
    return data[:at] + other[: chance.randrange(len(other))] + data[at:]


def recode(data: bytes, chance: random.Random) -> bytes:
    text = data.decode("utf-8", errors="replace").removeprefix("\ufeff")
    codec = chance.choice(
        ("utf-16", "utf-16-le", "utf-32", "cp1252", "latin-1", "mac_roman", "utf-8-sig")
    )
    return text.encode(codec, errors="replace")


def line_ends(data: bytes, chance: random.Random) -> bytes:
    plain = data.replace(b"\r\n", b"\n")
    return plain.replace(b"\n", chance.choice((b"\r", b"\r\n", b"\n\r", b"\n\n", b" \n", b"")))


MUTATIONS = (
    truncate, behead, flip, printable, delete, duplicate_lines, drop_lines, swap_lines, splice,
    recode, line_ends,
)  # fmt: skip


def check_law(data: bytes, folder: Path) -> None:
    """Read the bytes; nothing but an InputError may come of it, and no entry may be lost."""
    path = folder / "export.dat"
    path.write_bytes(data)
    try:
        result = read_records(path)
    except InputError:
        return
    (file,) = result.files.to_dict("records")
    assert file["n_markers"] == file["n_accepted"] + file["n_rejected"] > 0
    assert len(result.records) == file["n_accepted"]
    assert len(result.rejects) == file["n_rejected"]
    assert result.records["record_id"].is_unique
    assert result.records["record_id"].notna().all()
    assert set(result.repairs["record_id"].dropna()) <= set(result.records["record_id"])


def mutate(seed: int, times: int, folder: Path) -> None:
    chance = random.Random(seed)
    for number in range(times):
        source = SOURCES[number % len(SOURCES)]
        data = head(source)
        names = []
        for _ in range(chance.choice((1, 1, 2, 3))):
            change = chance.choice(MUTATIONS)
            names.append(change.__name__)
            if data:
                data = change(data, chance)
        try:
            check_law(data, folder)
        except Exception as error:
            error.add_note(f"{source.name}, seed {seed}, mutation {number}: {names}")
            raise


def test_mutated_files_lose_no_entry(tmp_path: Path) -> None:
    mutate(seed=1, times=600, folder=tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2, 12))
def test_many_mutated_files_lose_no_entry(seed: int, tmp_path: Path) -> None:
    mutate(seed=seed, times=2_000, folder=tmp_path)


LINES = st.sampled_from(
    ["TY  - JOUR", "TY  - ", "ER  - ", "ER  -", "AU  - A, B", "TI  - x", "x", "", " TY - BOOK",
     "@article{k,", "  title = {x},", "}", "@string{a = {b}}", "@comment{x}", "PMID- 1", "TI  - y",
     "PT J", "ER", "EF", "AU A, B", "   C, D", "UT 1", "FN x", "Title,Authors,Year", "a,b,2001",
     '"a', 'b"', "[", "{", "}", "]", '{"id": "1", "title": "x"},', '"title": "y"', ",", "<xml>",
     "<record>", "</record>", "<titles><title>x</title></titles>", "PY  - 19x9", "DO  - 10.1/x",
     "%0 Book", "%0", "%T x", "%A A, B", "RT Journal Article", "RT Only", "T1 x", "A1 A, B", "YR 1",
     "{Reference Type}: Book", "{Title}: x", "{Author}: A, B", "Title,DOI,EID,Funding Text 1",
     '{"message": {"items": [', "]}}"]
)  # fmt: skip


@settings(
    max_examples=400,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
@given(lines=st.lists(LINES, min_size=1, max_size=25), end=st.sampled_from(["\n", "\r\n", "\r"]))
def test_any_mixture_of_lines_loses_no_entry(lines: list[str], end: str, tmp_path: Path) -> None:
    check_law(end.join(lines).encode(), tmp_path)


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
@given(data=st.binary(max_size=400))
def test_any_bytes_are_answered(data: bytes, tmp_path: Path) -> None:
    check_law(data, tmp_path)


@pytest.mark.parametrize(
    "line", ['","a"b"', '"a"b","', '","', '"a",""b"', '"","a"', '"a""","b"', '",""', '"'], ids=repr
)
def test_separators_at_the_edge_of_a_line_lose_no_entry(line: str, tmp_path: Path) -> None:
    rows = ['"Title","Year"', '"First","2001"', line, '"Second","2002"', '"Third"","2003"', ""]
    check_law("\n".join(rows).encode(), tmp_path)
    check_law("\n".join([*rows[:3], '"Fourth","2004"', ""]).encode(), tmp_path)
