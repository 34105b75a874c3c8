"""Archives, XML and databases made to do harm; each must end in one clear message."""

from __future__ import annotations

import contextlib
import io
import sqlite3
import stat
import zipfile
from pathlib import Path, PurePath, PurePosixPath, PureWindowsPath

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oso_analysis.consultation.readers import archive as archive_module
from oso_analysis.consultation.readers import databases, read_coding_project
from oso_analysis.errors import InputError

PRODUCERS = Path(__file__).parents[1] / "fixtures" / "consultation" / "producers"
QDE = '<Project xmlns="urn:QDA-XML:project:1.0" name="P"/>'


def archive(path: Path, members: dict[str, bytes | str]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name, data in members.items():
            target.writestr(name, data)
    return path


@pytest.mark.parametrize(
    "name",
    [
        "../evil.txt",
        "sources/../../evil.txt",
        "/etc/evil",
        "C:\\evil.txt",
        "..\\evil.txt",
        "\\\\server\\share\\evil",
    ],
)
def test_members_that_point_outside(name: str, tmp_path: Path) -> None:
    path = archive(tmp_path / "a.qdpx", {"project.qde": QDE})
    with zipfile.ZipFile(path, "a") as target:
        info = zipfile.ZipInfo("x")
        info.filename = name  # the constructor would clean it up
        target.writestr(info, "evil")
    with pytest.raises(InputError, match="points outside the archive"):
        read_coding_project(path)
    assert [item.name for item in tmp_path.iterdir()] == ["a.qdpx"]


def test_symbolic_links(tmp_path: Path) -> None:
    path = archive(tmp_path / "a.qdpx", {"project.qde": QDE})
    with zipfile.ZipFile(path, "a") as target:
        info = zipfile.ZipInfo("sources/link.txt")
        info.create_system = 3
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        target.writestr(info, "/etc/passwd")
    with pytest.raises(InputError, match="is a symbolic link"):
        read_coding_project(path)


def test_all_problems_of_an_archive_at_once(tmp_path: Path) -> None:
    path = tmp_path / "a.qdpx"
    with zipfile.ZipFile(path, "w") as target:
        for name in ("project.qde", "../one", "/two", "same.txt"):
            target.writestr(name, QDE)
        with pytest.warns(UserWarning, match="Duplicate name"):
            target.writestr("same.txt", "again")
    with pytest.raises(InputError) as caught:
        read_coding_project(path)
    rules = [problem.rule for problem in caught.value.problems]
    assert len(rules) == 3
    assert sum("outside" in rule for rule in rules) == 2
    assert rules[2] == "is in the archive twice"


def test_a_bomb_of_one_member(tmp_path: Path) -> None:
    zeros = b"\0" * (16 << 20)
    path = archive(tmp_path / "a.qdpx", {"project.qde": QDE, "sources/bomb.txt": zeros})
    with pytest.raises(InputError, match=r"would unpack to [\d,]+ times its size; at most 250"):
        read_coding_project(path)


def test_a_bomb_of_many_members(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive_module, "MAX_TOTAL", 8 << 20)
    monkeypatch.setattr(archive_module, "MAX_MEMBERS", 10)
    members = {f"sources/{number}.txt": b"\0" * (1 << 20) for number in range(12)}
    path = archive(tmp_path / "a.qdpx", {"project.qde": QDE, **members})
    with pytest.raises(InputError) as caught:
        read_coding_project(path)
    text = str(caught.value)
    assert "holds 13 files; at most 10 are read" in text
    assert "would unpack to 12 MB; at most 8 MB are accepted" in text


def test_a_member_that_lies_about_its_size(tmp_path: Path) -> None:
    path = archive(tmp_path / "a.qdpx", {"project.qde": QDE + " " * 5000})
    raw = bytearray(path.read_bytes())
    size = (len(QDE) + 5000).to_bytes(4, "little")
    while size in raw:
        at = raw.index(size)
        raw[at : at + 4] = (50).to_bytes(4, "little")
    path.write_bytes(raw)
    with pytest.raises(InputError, match=r"is damaged|cannot be unpacked|not well-formed"):
        read_coding_project(path)


def test_a_file_too_large_to_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("oso_analysis.consultation.readers.archive.MAX_FILE", 10)
    big = archive(tmp_path / "a.qdpx", {"project.qde": QDE})
    monkeypatch.setattr(archive_module.Archive.read, "__defaults__", (10,))
    with pytest.raises(InputError, match="is larger than"):
        read_coding_project(big)


def test_encrypted_members_are_named(tmp_path: Path) -> None:
    path = archive(tmp_path / "a.qdpx", {"project.qde": QDE})
    raw = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        raw[raw.index(mark) + offset] |= 1
    path.write_bytes(raw)
    with pytest.raises(InputError, match=r"'project.qde' is encrypted; save the project without"):
        read_coding_project(path)


@pytest.mark.parametrize(
    "head",
    [
        '<!DOCTYPE P [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>',
        '<!DOCTYPE P [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE P SYSTEM "http://example.org/x.dtd">',
    ],
)
@pytest.mark.parametrize("kind", ["qdpx", "qdc"])
def test_entities_and_outside_references_are_refused(head: str, kind: str, tmp_path: Path) -> None:
    xml = f'<?xml version="1.0"?>{head}{QDE}'
    path = tmp_path / f"a.{kind}"
    if kind == "qdpx":
        archive(path, {"project.qde": xml})
    else:
        path.write_text(xml, encoding="utf-8")
    with pytest.raises(InputError, match="declares a document type or entities"):
        read_coding_project(path)


def test_broken_and_deep_xml(tmp_path: Path) -> None:
    path = tmp_path / "a.qdc"
    path.write_text(QDE.replace("/>", ">\n<open>"), encoding="utf-8")
    with pytest.raises(InputError, match=r"row 2: .*not well-formed XML"):
        read_coding_project(path)
    path.write_text("<CodeBook>" + "<Code>" * 100_000, encoding="utf-8")
    with pytest.raises(InputError, match="not well-formed"):
        read_coding_project(path)
    deep = "<Code>" * 5000 + "</Code>" * 5000
    path.write_text(f"<CodeBook><Codes>{deep}</Codes></CodeBook>", encoding="utf-8")
    with pytest.raises(InputError, match="nested more than 200 levels deep"):
        read_coding_project(path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"PK\x03\x04 nothing more", "is a damaged ZIP archive"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old Excel file"),
        (b"SQLite format 3\x00" + b"\xff" * 2000, "is a damaged database"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "holds binary data|neither long"),
    ],
)
def test_files_that_are_something_else(content: bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / "a.qdpx"
    path.write_bytes(content)
    with pytest.raises(InputError, match=message):
        read_coding_project(path)


def test_absent_files_and_foreign_folders_archives_databases(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not exist"):
        read_coding_project(tmp_path / "absent.csv")
    with pytest.raises(InputError, match=r"is a folder without QualCoder's data.qda"):
        read_coding_project(tmp_path)
    with pytest.raises(InputError, match="is a ZIP archive that holds no coding project"):
        read_coding_project(archive(tmp_path / "a.zip", {"letter.txt": "x"}))
    with pytest.raises(InputError, match=r"must hold one project.qde; it holds 2"):
        read_coding_project(archive(tmp_path / "b.zip", {"a.qde": QDE, "b.qde": QDE}))
    with sqlite3.connect(tmp_path / "other.db") as connection:
        connection.execute("CREATE TABLE birds (name TEXT)")
    connection.close()
    with pytest.raises(InputError, match="neither Taguette's nor QualCoder's"):
        read_coding_project(tmp_path / "other.db")


def test_a_database_that_is_still_open(tmp_path: Path) -> None:
    path = tmp_path / "taguette.sqlite3"
    path.write_bytes((PRODUCERS / "taguette.sqlite3").read_bytes())
    (tmp_path / "taguette.sqlite3-wal").write_bytes(b"newer pages")
    with pytest.raises(InputError, match="still open in its tool"):
        read_coding_project(path)


@pytest.mark.parametrize(
    ("path", "place"),
    [
        (PurePosixPath("/home/a b/c?.qda"), "file:///home/a%20b/c%3F.qda"),
        (PureWindowsPath(r"C:\a\c#.qda"), "file:///C:/a/c%23.qda"),
        # With two slashes, SQLite takes the server's name for an address and refuses it.
        (PureWindowsPath(r"\\server\share\a.qda"), "file:////server/share/a.qda"),
    ],
)
def test_where_a_database_lies(path: PurePath, place: str) -> None:
    assert databases._uri(path) == f"{place}?mode=ro&immutable=1"


def test_views_that_pose_as_tables_are_not_run(tmp_path: Path) -> None:
    path = tmp_path / "trap.sqlite3"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE projects (id INTEGER, name TEXT)")
        for name in ("documents", "highlights", "tags", "highlight_tags"):
            connection.execute(f"CREATE VIEW {name} AS SELECT load_extension('x') AS id")
    connection.close()
    with pytest.raises(InputError, match="neither Taguette's nor QualCoder's"):
        read_coding_project(path)


def test_several_taguette_projects_are_named(tmp_path: Path) -> None:
    path = tmp_path / "taguette.sqlite3"
    path.write_bytes((PRODUCERS / "taguette.sqlite3").read_bytes())
    with sqlite3.connect(path) as connection:
        connection.execute(
            "INSERT INTO projects (name, description, created) VALUES ('Second', '', '2026-01-01')"
        )
    connection.close()
    with pytest.raises(InputError, match=r"must hold one project; .*'Second'"):
        read_coding_project(path)


@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_damaged_files_end_in_a_message_or_a_project(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    name = data.draw(
        st.sampled_from(
            ["qualcoder.qdpx", "taguette.sqlite3", "taguette-highlights.xlsx",
             "taguette-codebook.qdc", "taguette-highlights.csv"]
        )
    )  # fmt: skip
    raw = bytearray((PRODUCERS / name).read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(raw) - 1))
        raw[at] = data.draw(st.integers(0, 255))
    if data.draw(st.booleans()):
        raw = raw[: data.draw(st.integers(0, len(raw)))]
    path = tmp_path_factory.mktemp("damaged") / name
    path.write_bytes(raw)
    with contextlib.suppress(InputError):  # anything else that is raised fails the test
        project = read_coding_project(path)
        assert set(project.segments["code"]) <= set(project.codes["path"])


def test_an_excel_bomb(tmp_path: Path) -> None:
    stream = io.BytesIO((PRODUCERS / "taguette-highlights.xlsx").read_bytes())
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(stream) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for info in source.infolist():
            data = source.read(info)
            if info.filename.endswith("sharedStrings.xml"):
                data = data.replace(b"<sst", b" " * (8 << 20) + b"<sst")
            out.writestr(info.filename, data)
    with pytest.raises(InputError, match="times its size"):
        read_coding_project(path)
