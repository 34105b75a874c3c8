"""REFI-QDA dialects, each in a project small enough to count by hand."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oso_analysis.consultation.readers import read_coding_project
from oso_analysis.consultation.readers.offsets import SourceText
from oso_analysis.errors import InputError

HEAD = '<?xml version="1.0" encoding="utf-8"?>\n'
URI = "urn:QDA-XML:project:1.0"
USERS = '<Users><User guid="U1" name="ana"/><User guid="{U2}" id="BEN"/></Users>'
CODES = """<CodeBook><Codes>
  <Code guid="C0" name="Themes" isCodable="false">
    <Code guid="C1" name="Prevention" isCodable="true"><Description>Before harm</Description>
      <Code guid="{C2}" name="Schools" isCodable="true"/></Code></Code>
  <Code guid="C3" name="Prevention" isCodable="true"/>
</Codes></CodeBook>"""


def coding(code: str, user: str = "U1") -> str:
    return f'<Coding guid="X" creatingUser="{user}"><CodeRef targetGUID="{code}"/></Coding>'


def selection(guid: str, start: int, end: int, inner: str, name: str = "") -> str:
    return (
        f'<PlainTextSelection guid="{guid}" name="{name}" startPosition="{start}" '
        f'endPosition="{end}">{inner}</PlainTextSelection>'
    )


def text_source(guid: str, name: str, inner: str, content: str = "First. Second.") -> str:
    body = f"<PlainTextContent>{content}</PlainTextContent>"
    return f'<TextSource guid="{guid}" name="{name}">{body}{inner}</TextSource>'


def project(body: str, *, uri: str = URI, origin: str = "Test") -> str:
    return f'{HEAD}<Project xmlns="{uri}" name="P" origin="{origin}">{body}</Project>'


def write(path: Path, xml: str, files: dict[str, bytes] | None = None) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("project.qde", xml)
        for name, data in (files or {}).items():
            archive.writestr(name, data)
    return path


def test_nested_codes_users_and_both_ways_of_coding(tmp_path: Path) -> None:
    sources = "<Sources>" + text_source(
        "S1",
        "One",
        selection("P1", 0, 6, coding("C1") + coding("c2", "{u2}")) + coding("C3", "U9"),
    )
    path = write(tmp_path / "a.qdpx", project(USERS + CODES + sources + "</Sources>"))
    found = read_coding_project(path)
    assert found.codes["path"].tolist() == [
        "Themes",
        "Themes > Prevention",
        "Themes > Prevention > Schools",
        "Prevention",
    ]
    rows = found.segments[["coder", "code", "text", "start"]].astype("object")
    assert rows.where(rows.notna(), None).to_numpy().tolist() == [
        ["user u9", "Prevention", None, None],
        ["ana", "Themes > Prevention", "First.", 0],
        ["BEN", "Themes > Prevention > Schools", "First.", 0],
    ]
    assert found.submissions["submission_id"].tolist() == ["One"]


@pytest.mark.parametrize(
    "root",
    [
        f'<Project xmlns="{URI}" name="P">BODY</Project>',
        f'<q:Project xmlns:q="{URI}" name="P">BODY</q:Project>',
        '<Project name="P">BODY</Project>',
        '<Project xmlns="urn:QDA-XML:project:1.5" name="P">BODY</Project>',
        '<Project xmlns="urn:QDA-XML:project:0:4" name="P">BODY</Project>',
    ],
)
def test_the_namespace_counts_and_not_its_prefix(root: str, tmp_path: Path) -> None:
    body = USERS + CODES + "<Sources>"
    body += text_source("S1", "One", selection("P1", 0, 6, coding("C1"))) + "</Sources>"
    # an element of somebody else's namespace is none of ours
    body += '<x:CodeBook xmlns:x="urn:other"><x:Codes><x:Code guid="Z"/></x:Codes></x:CodeBook>'
    if "q:Project" in root:
        for tag in ("Users", "User", "CodeBook", "Codes", "Code", "Sources", "TextSource",
                    "PlainTextContent", "PlainTextSelection", "Coding", "CodeRef",
                    "Description"):  # fmt: skip
            for end in (" ", ">", "/>"):
                body = body.replace(f"<{tag}{end}", f"<q:{tag}{end}")
            body = body.replace(f"</{tag}>", f"</q:{tag}>")
    found = read_coding_project(write(tmp_path / "a.qdpx", HEAD + root.replace("BODY", body)))
    assert len(found.segments) == 1
    assert len(found.codes) == 4


def test_cases_selections_outweigh_sources_and_variables_become_columns(tmp_path: Path) -> None:
    body = USERS + CODES
    body += """<Variables>
      <Variable guid="V1" name="sector" typeOfVariable="Text"/>
      <Variable guid="V2" name="year" typeOfVariable="Integer"/></Variables>
    <Cases>
      <Case guid="K1" name="Alpha"><VariableValue><VariableRef targetGUID="V1"/>
        <TextValue>ngo</TextValue></VariableValue><VariableValue><VariableRef targetGUID="V2"/>
        <IntegerValue>2021</IntegerValue></VariableValue><SourceRef targetGUID="S1"/></Case>
      <Case guid="K2" name="Beta"><SelectionRef targetGUID="P2"/></Case>
      <Case guid="K3" name="Silent"/>
    </Cases><Sources>"""
    body += text_source(
        "S1", "One", selection("P1", 0, 6, coding("C1")) + selection("P2", 7, 14, coding("C3"))
    )
    body += text_source("S2", "Two", coding("C1")) + "</Sources>"
    found = read_coding_project(write(tmp_path / "a.qdpx", project(body)))
    owner = found.segments.set_index("text")["submission_id"].to_dict()
    assert owner["First."] == "Alpha"
    assert owner["Second."] == "Beta"
    rows = found.submissions.set_index("submission_id")
    assert sorted(rows.index) == ["Alpha", "Beta", "Silent", "Two"]
    assert rows.loc["Alpha", ["sector", "year"]].tolist() == ["ngo", "2021"]
    assert rows.loc["Beta", "sources"] == "One"


def test_maxqda_cases_without_a_name_take_their_sources(tmp_path: Path) -> None:
    body = USERS + CODES + '<Cases><Case guid="K1"><SourceRef targetGUID="S1"/></Case></Cases>'
    body += "<Sources>" + text_source("S1", "Answer 7", selection("P1", 0, 6, coding("C1")))
    # two selections of one place, one code each: one passage; a third without code is a comment
    body = body.replace(
        "</TextSource>",
        selection("P2", 0, 6, coding("C3")) + selection("P3", 0, 3, "") + "</TextSource>",
    )
    found = read_coding_project(write(tmp_path / "a.qdpx", project(body + "</Sources>")))
    assert found.submissions["submission_id"].tolist() == ["Answer 7"]
    assert found.segments["passage_id"].nunique() == 1
    assert found.caveats == ("1 TextSource selection(s) that carry no code.",)


def test_nvivo_codes_text_to_its_cases(tmp_path: Path) -> None:
    book = CODES.replace(
        "</Codes>",
        '<Code guid="K0" name="Organisations" isCodable="true">'
        '<Code guid="K1" name="Alpha" isCodable="true"/></Code>'
        '<Code guid="K2" name="Beta" isCodable="true"/></Codes>',
    )
    cases = '<Cases><Case guid="K1" name="Alpha"/><Case guid="{k2}" name="Beta"/></Cases><Sources>'
    whole = text_source("S1", "Interview", coding("K1") + selection("P1", 0, 6, coding("C1")))
    part = text_source(
        "S2",
        "Workshop",
        selection("P2", 0, 6, coding("K2"))
        + selection("P3", 0, 5, coding("C1"))
        + selection("P4", 7, 14, coding("C1")),
    )
    xml = project(USERS + book + cases + whole + part + "</Sources>")
    found = read_coding_project(write(tmp_path / "a.qdpx", xml))
    assert found.segments["submission_id"].value_counts().to_dict() == {
        "Alpha": 1,
        "Beta": 1,
        "Workshop": 1,
    }
    assert not set(found.codes["name"]) & {"Alpha", "Beta"}


def test_pdf_picture_film_and_unknown_sources(tmp_path: Path) -> None:
    body = USERS + CODES + "<Sources>"
    body += f"""<PDFSource guid="S1" name="Letter" path="internal://s1.pdf">
      <PDFSelection guid="P1" page="2" firstX="1" firstY="2" secondX="3" secondY="4">
        <Representation guid="R"><PlainTextContent>From the page</PlainTextContent>
        </Representation>{coding("C1")}</PDFSelection>
      <Representation guid="R1" plainTextPath="internal://r1.txt">
        {selection("P2", 4, 9, coding("C1"))}</Representation></PDFSource>
    <PictureSource guid="S2" name="Poster"><PictureSelection guid="P3" firstX="5" firstY="6"
      secondX="7" secondY="8">{coding("C1")}</PictureSelection></PictureSource>
    <AudioSource guid="S3" name=""><Transcript guid="T" name="Talk">
      <PlainTextContent>Said</PlainTextContent><SyncPoint guid="Y" timeStamp="40" position="1"/>
      <SyncPoint guid="{{z}}" timeStamp="90" position="3"/>
      <TranscriptSelection guid="P4" name="a" fromSyncPoint="Y" toSyncPoint="Z">{coding("C1")}
      </TranscriptSelection></Transcript>
      <AudioSelection guid="P5" begin="1000" end="2500">{coding("C1")}</AudioSelection>
    </AudioSource>
    <SurveySource guid="S4" name="Form"><SurveySelection guid="P6">{coding("C1")}
      </SurveySelection><SurveySelection guid="P7">{coding("C3")}</SurveySelection>
    </SurveySource>"""
    xml = project(body + "</Sources>")
    found = read_coding_project(write(tmp_path / "a.qdpx", xml, {"Sources/R1.TXT": b"The words"}))
    rows = found.segments.assign(segment_id=found.segments["segment_id"].str[:2])
    rows = rows.set_index("segment_id")
    assert len(rows) == rows["passage_id"].nunique() == 7
    assert rows.loc["p1", "location"] == "page 2 at 1,2 to 3,4"
    assert rows.loc["p1", "text"] == "From the page"
    assert rows.loc["p2", "text"] == "words"
    assert rows.loc["p3", "location"] == "5,6 to 7,8"
    assert rows.loc["p4", ["start", "end", "text"]].tolist() == [40, 90, "ai"]
    assert rows.loc["p4", "source"] == "Talk"
    assert rows.loc["p5", ["start", "end"]].tolist() == [1000, 2500]
    assert rows.loc["p6", "submission_id"] == "Form"


def test_notes_and_descriptions_are_the_coders_words(tmp_path: Path) -> None:
    body = USERS + CODES + "<Sources>"
    body += text_source(
        "S1",
        "One",
        selection(
            "P1",
            0,
            6,
            f'<Description>In short</Description>{coding("C1")}<NoteRef targetGUID="N1"/>',
        ),
    )
    body += '</Sources><Notes><Note guid="N1"><PlainTextContent>and more</PlainTextContent>'
    body += '</Note></Notes><Sets><Set guid="G" name="NGOs"><MemberSource targetGUID="S1"/></Set>'
    body += '<Set guid="H" name="Core"><MemberCode targetGUID="C1"/></Set></Sets>'
    found = read_coding_project(write(tmp_path / "a.qdpx", project(body)))
    assert found.segments["note"].tolist() == ["In short and more"]
    assert found.submissions["sets"].tolist() == ["NGOs"]
    assert found.codes.set_index("path").loc["Themes > Prevention", "sets"] == "Core"


def test_a_project_with_nothing_in_it(tmp_path: Path) -> None:
    found = read_coding_project(write(tmp_path / "a.qdpx", project("")))
    assert len(found.submissions) == len(found.segments) == len(found.codes) == 0
    assert found.segments["start"].dtype == "Int64"


def test_respondents_and_codes_that_are_missing_or_alike(tmp_path: Path) -> None:
    body = CODES + "<Sources>"
    body += text_source("aaaa1111-0", "Same", coding("C1")) + text_source("bbbb2222-0", "Same", "")
    body += text_source("S3", "Third", coding("gone-1234")) + "</Sources>"
    found = read_coding_project(write(tmp_path / "a.qdpx", project(body)))
    assert set(found.submissions["submission_id"]) == {
        "Same (aaaa1111)",
        "Same (bbbb2222)",
        "Third",
    }
    assert "(code not listed gone-123)" in set(found.segments["code"])
    assert found.caveats == ("1 code(s) in use that the project's codebook does not list.",)


def test_sources_without_a_name_take_their_files(tmp_path: Path) -> None:
    guid = "33663939-3636-3632-3038-613431643463"
    body = (
        CODES
        + f"""<Sources>
      <TextSource guid="S1" plainTextPath="internal://board 2017.txt"/>
      <PDFSource guid="S2" path="internal://{guid}.pdf" currentPath="absolute:///C:\\x\\Letter.pdf"/>
      <TextSource guid="{guid}" plainTextPath="internal://{guid}.txt"/></Sources>"""
    )
    found = read_coding_project(write(tmp_path / "a.qdpx", project(body)))
    assert found.submissions["submission_id"].tolist() == [
        "board 2017.txt",
        "Letter.pdf",
        "source 33663939",
    ]


def test_texts_outside_the_archive_are_never_opened(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("must not be read", encoding="utf-8")
    inner = selection("P1", 0, 4, coding("C1"))
    for path in (f"absolute://{secret}", "relative:///secret.txt"):
        body = f'{CODES}<Sources><TextSource guid="S" name="One" plainTextPath="{path}">'
        xml = project(f"{body}{inner}</TextSource></Sources>")
        found = read_coding_project(write(tmp_path / "a.qdpx", xml))
        assert found.segments["text"].isna().all()
        assert "kept outside the archive" in " ".join(found.caveats)
    body = f'{CODES}<Sources><TextSource guid="S" plainTextPath="internal://../secret.txt">'
    with pytest.raises(InputError, match="points outside the archive"):
        read_coding_project(
            write(tmp_path / "a.qdpx", project(f"{body}{inner}</TextSource></Sources>"))
        )


@pytest.mark.parametrize(
    ("origin", "named", "expected"),
    [
        ("ATLAS.ti Windows 24", False, "Second line"),  # counts CR LF once
        ("MAXQDA", False, "econd line\n"),  # the text as shipped
        ("MAXQDA", True, "Second line"),  # its name proves that CR LF counts once
    ],
)
def test_windows_line_ends(origin: str, named: bool, expected: str, tmp_path: Path) -> None:
    raw = b"\xef\xbb\xbfFirst line\r\nSecond line\r\nThird"
    inner = selection("P1", 11, 22, coding("C1"), "Second line" if named else "")
    if origin == "MAXQDA" and not named:
        inner = selection("P1", 13, 25, coding("C1"))
    body = f'{CODES}<Sources><TextSource guid="S" name="One" plainTextPath="internal://s.txt">'
    xml = project(f"{body}{inner}</TextSource></Sources>", origin=origin)
    found = read_coding_project(write(tmp_path / "a.qdpx", xml, {"sources/s.txt": raw}))
    assert found.segments["text"].tolist() == [expected.strip()]


@settings(max_examples=60, deadline=None)
@given(
    lines=st.lists(st.text("abcdé😀", min_size=6, max_size=12), min_size=1, max_size=6),
    crlf=st.booleans(),
    utf16=st.booleans(),
    inclusive=st.booleans(),
)
def test_selection_names_reveal_how_a_tool_counts(
    lines: list[str], crlf: bool, utf16: bool, inclusive: bool
) -> None:
    lines = [f"{number}{line}{number}" for number, line in enumerate(lines)]
    text = "\r\n".join(lines)
    counted = text if crlf else text.replace("\r\n", "\n")
    selections = []
    for line in lines:
        start = counted.index(line)
        spans = [counted[:start], counted[: start + len(line)]]
        a, b = (len(part.encode("utf-16-le")) // 2 if utf16 else len(part) for part in spans)
        selections.append((a, b - inclusive, line))
    source = SourceText(text, selections, one_line_end=False)
    for (start, end, _), line in zip(selections, lines, strict=True):
        assert source.between(start, end) == line


def test_a_bare_qde_and_a_wrong_root(tmp_path: Path) -> None:
    bare = tmp_path / "project.qde"
    bare.write_text(
        project(CODES + "<Sources>" + text_source("S", "One", coding("C1")) + "</Sources>"),
        encoding="utf-8",
    )
    assert len(read_coding_project(bare).segments) == 1
    bare.write_text("<html/>", encoding="utf-8")
    with pytest.raises(InputError, match="is XML, but not REFI-QDA"):
        read_coding_project(bare)


def test_positions_that_are_no_numbers_are_all_named(tmp_path: Path) -> None:
    inner = selection("P1", 0, 4, coding("C1")).replace('"0"', '"x"').replace('"4"', '"y"')
    xml = project(CODES + "<Sources>" + text_source("S", "One", inner) + "</Sources>")
    with pytest.raises(InputError, match="must be a whole number") as caught:
        read_coding_project(write(tmp_path / "a.qdpx", xml))
    assert {problem.value for problem in caught.value.problems} == {"x", "y"}
