"""Personal data is found in every kind of output, and nothing else is taken for it."""

from __future__ import annotations

import base64
import io
import json
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import matplotlib as mpl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from oso_analysis.cli import main
from oso_analysis.errors import InputError, RunError
from oso_analysis.personal_data import NameFinder, find_personal_data, mask
from oso_analysis.scan import FINDING_COLUMNS, require_clean, scan_bytes, scan_paths

NAME = "Société Exemplaire"
PLANTED = {
    "e-mail address": "jane.doe@example.org",
    "telephone number": "+44 20 7946 0958",
    "confidential respondent": "SOCIETE  exemplaire",
}


def _kinds(text: str, *names: str) -> list[str]:
    return [match.kind for match in find_personal_data(text, names=NameFinder(names))]


@pytest.mark.parametrize(
    "text",
    [
        "jane.doe@example.org",
        "mailto:jane+x@mail.example.co.uk?subject=a",
        "mailto:jane.doe%40example.org",
        "<jane@example.org>",
        "jane [at] example [dot] org",
        "jane (at) example.org",
        "jane at example dot org",
        "Zoë: zoë@bücher.example",
    ],
)
def test_addresses_are_found(text: str) -> None:
    assert _kinds(text) == ["e-mail address"]


@pytest.mark.parametrize(
    "text",
    [
        "+442079460958",
        "+44 20 7946 0958",
        "+44 (0)20 7946 0958",
        "tel:+14155550143",
        "+1 415-555-0143",
        "+33.1.23.45.67.89",
        "+61 2 5550 1234",
        "0044 20 7946 0958",
        "(020) 7946 0958",
        "020 7946 0958",
        "01632 960983",
        "07700 900123",
        "07700900123",
        "Call 01 234 5678.",
        "(212) 555-0143",
        "212-555-0143",
        "1-800-555-0143",
        "212.555.0143",
        "(02) 5550 1234",
        "0491 570 156",
        "1300 975 707",
        "01 23 45 67 89",
        "01.23.45.67.89",
        "030 1234567",
        "020-1234567",
        "030/1234567",
        # What would be a standard number, a DOI or a link, were it a word of its own.
        "tel_isbn 020 7946 0958",
        "tel_10.1234/d=)0664/1234567",
        "x_www.;1300 123 456",
    ],
)
def test_telephone_numbers_are_found(text: str) -> None:
    assert _kinds(text) == ["telephone number"]


@pytest.mark.parametrize(
    "text",
    [
        "doi 10.1177/1079063212345678 and https://doi.org/10.1037/0022-006X.73.6.1154",
        "ISBN 978-0-19-853453-1, ISBN 0-7879-5274-0, ISSN 0022-4499, 0306-624X",
        "9780198534531 0198534531",
        "pages 1012-1045, 2019-2021, 1990–2026, 12(3), 345-367",
        "36,200,000 reports; 29 157 083 files; 1 234 567; 105.7 million; 2024-05-12T10:20:30Z",
        "+12.5 %, +3,000,000, -0.12345678, +1.23456789, 1e+123456789",
        "d41d8cd98f00b204e9800998ecf8427e 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15",
        '<path d="M 212 555 0143 L 01 23 45 67 89 +442079460958"/>',
        "data:image/png;base64," + base64.b64encode(bytes(range(256))).decode(),
        "https://example.org/1-800-555-0143/07700900123?id=02079460958",
        "Published at www.gov.uk and discussed at example.org; seen at 10 dot points",
        "https://example.org/?from=https%3A%2F%2Fexample.com%2F%40user.name",
        "picture@2x.png, @media print, pandas@3.1.0, @pytest.mark.slow",
        "uk-001 OSB0110 INT-2019-004 v1.2.3 127.0.0.1 2019.05.12",
        "212 345 6789 reports over 100 200 300 400",
        "n = 140; 44, 20, 18, 18, 14, 13, 6, 4, 3",
    ],
)
def test_bibliographic_and_numeric_text_is_left_alone(text: str) -> None:
    assert find_personal_data(text) == []


@settings(max_examples=200, deadline=None)
@given(st.lists(st.integers(1, 10**8).map(lambda n: f"{n:,}"), min_size=1), st.integers(1900, 2030))
def test_counts_and_years_never_look_like_telephone_numbers(counts: list[str], year: int) -> None:
    assert find_personal_data(f"{year}: {'; '.join(counts)} ({year}-{year + 1})") == []


def test_names_are_whole_words_whatever_their_spelling() -> None:
    assert _kinds("the société\nEXEMPLAIRE said", NAME) == ["confidential respondent"]
    assert _kinds("societe-exemplaire_response", NAME) == ["confidential respondent"]
    assert _kinds("sociétés exemplaires", NAME) == []
    assert _kinds("Trustworthy", "Trust") == []
    found = find_personal_data(
        "x Acme Trust North y", names=NameFinder(["Acme Trust", "Acme Trust North"])
    )
    assert [match.value for match in found] == ["Acme Trust North"]


def test_allowed_findings_stand_and_excerpts_are_masked() -> None:
    assert find_personal_data("team@example.org", allow=["team@example.org"]) == []
    assert mask("jane.doe@example.org") == "ja… (20 characters)"


# -- every kind of output ---------------------------------------------------------------------


def _csv(text: str) -> bytes:
    return pd.DataFrame({"a": ["x", text]}).to_csv(index=False).encode()


def _utf16(text: str) -> bytes:
    return f"a\tb\n{text}\t1\n".encode("utf-16")


def _json(text: str) -> bytes:
    return json.dumps({"deep": [{"er": text}]}).encode()


def _json_key(text: str) -> bytes:
    return json.dumps({text: 1}).encode()


def _html(text: str) -> bytes:
    first, rest = text[:5], text[5:]
    return f"<html><body><p>{first}<b>{rest}</b></p></body></html>".encode()


def _html_attribute(text: str) -> bytes:
    return f'<img alt="{text}" src="a.png">'.encode()


def _html_entities(text: str) -> bytes:
    return "".join(f"&#{ord(letter)};" for letter in text).join(["<p>", "</p>"]).encode()


def _html_script(text: str) -> bytes:
    return f'<script type="application/json">{{"rows": [["{text}"]]}}</script>'.encode()


def _html_comment(text: str) -> bytes:
    return f"<!doctype html><!-- {text} --><p>fine</p>".encode()


def _html_embedded_svg(text: str) -> bytes:
    data = base64.b64encode(_svg(text)).decode()
    return f'<img src="data:image/svg+xml;base64,{data}">'.encode()


def _svg(text: str) -> bytes:
    with mpl.rc_context({"svg.fonttype": "none"}):
        figure = Figure()
        figure.text(0.5, 0.5, text)
        stream = io.BytesIO()
        figure.savefig(stream, format="svg", metadata={"Date": None})
    return stream.getvalue()


def _svg_outlines(text: str) -> bytes:
    figure = Figure()
    figure.text(0.5, 0.5, text)
    stream = io.BytesIO()
    # Lettering drawn as outlines still carries its text as a comment.
    figure.savefig(stream, format="svg", metadata={"Date": None})
    return stream.getvalue()


def _svg_metadata(text: str) -> bytes:
    stream = io.BytesIO()
    Figure().savefig(stream, format="svg", metadata={"Date": None, "Creator": text})
    return stream.getvalue()


def _png(text: str) -> bytes:
    stream = io.BytesIO()
    Figure(figsize=(1, 1)).savefig(stream, metadata={"Author": text})
    return stream.getvalue()


def _png_compressed(text: str) -> bytes:
    info, stream = PngInfo(), io.BytesIO()
    info.add_itxt("Comment", text, zip=True)
    Image.new("RGB", (2, 2)).save(stream, "PNG", pnginfo=info)
    return stream.getvalue()


def _notebook(output: dict[str, object]) -> bytes:
    cell = {"cell_type": "code", "source": ["1"], "metadata": {}, "outputs": [output]}
    return json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4}).encode()


def _ipynb_text(text: str) -> bytes:
    return _notebook({"output_type": "stream", "name": "stdout", "text": ["a\n", text + "\n"]})


def _ipynb_png(text: str) -> bytes:
    picture = base64.b64encode(_png(text)).decode()
    return _notebook({"output_type": "display_data", "data": {"image/png": picture}})


def _ipynb_html(text: str) -> bytes:
    return _notebook({"output_type": "display_data", "data": {"text/html": [f"<td>{text}</td>"]}})


def _xlsx(text: str) -> bytes:
    stream = io.BytesIO()
    pd.DataFrame({"a": [text]}).to_excel(stream, index=False)
    return stream.getvalue()


def _office(member: str, content: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(member, content)
    return stream.getvalue()


def _docx(text: str) -> bytes:
    runs = f"<w:p><w:r><w:t>{text[:6]}</w:t></w:r><w:r><w:t>{text[6:]}</w:t></w:r></w:p>"
    return _office("word/document.xml", f"<w:document>{runs}</w:document>")


def _docx_declared(text: str) -> bytes:
    start = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<w:document xmlns:w="w">'
    runs = f"<w:p><w:r><w:t>{text[:6]}</w:t></w:r><w:r><w:t>{text[6:]}</w:t></w:r></w:p>"
    return _office("word/document.xml", f"{start}{runs}</w:document>")


def _xml(inside: str, before: str = "", end: str = "</a>") -> Callable[[str], bytes]:
    """Return what makes an XML file that says a text in some place."""

    def make(text: str) -> bytes:
        start = '<?xml version="1.0" encoding="utf-8"?>\n'
        return f"{start}{before}<a>{inside}{end}".replace("@@", text).encode()

    return make


def _html_not_encoded(text: str) -> bytes:
    return f'<a href="data:text/plain;base64,Zm9v==" title="data:a/b;base64,{text}">'.encode()


def _docx_properties(text: str) -> bytes:
    core = f"<cp:coreProperties><dc:creator>{text}</dc:creator></cp:coreProperties>"
    return _office("docProps/core.xml", core)


def _zip_member_name(text: str) -> bytes:
    return _office(f"{text}.txt", "fine")


def _pdf(text: str) -> bytes:
    with mpl.rc_context({"pdf.fonttype": 42}):
        figure = Figure()
        figure.text(0.1, 0.5, text)
        stream = io.BytesIO()
        figure.savefig(stream, format="pdf", metadata={"CreationDate": None})
    return stream.getvalue()


def _pdf_metadata(text: str) -> bytes:
    stream = io.BytesIO()
    Figure().savefig(stream, format="pdf", metadata={"CreationDate": None, "Author": text})
    return stream.getvalue()


def _gzip(text: str) -> bytes:
    squeezer = zlib.compressobj(wbits=31)
    return squeezer.compress(text.encode()) + squeezer.flush()


def _binary(text: str) -> bytes:
    return b"\x00\x01\x02" + text.encode() + b"\x00\xff"


OUTPUTS: dict[str, tuple[str, Callable[[str], bytes]]] = {
    "CSV": ("a.csv", _csv),
    "UTF-16 text": ("a.txt", _utf16),
    "JSON": ("a.json", _json),
    "JSON key": ("a.json", _json_key),
    "HTML text split by tags": ("a.html", _html),
    "HTML attribute": ("a.html", _html_attribute),
    "HTML entities": ("a.html", _html_entities),
    "HTML embedded JSON": ("a.html", _html_script),
    "HTML comment": ("a.html", _html_comment),
    "HTML address not encoded": ("a.html", _html_not_encoded),
    "HTML embedded drawing": ("a.html", _html_embedded_svg),
    "SVG text": ("a.svg", _svg),
    "SVG outlines": ("a.svg", _svg_outlines),
    "SVG metadata": ("a.svg", _svg_metadata),
    "XML text": ("a.xml", _xml("<t>@@</t>")),
    "XML attribute": ("a.xml", _xml('<b Note="@@"/>')),
    "XML comment": ("a.xml", _xml("<!-- @@ -->")),
    "XML instruction": ("a.xml", _xml("<?note @@?>")),
    "XML verbatim": ("a.xml", _xml("<![CDATA[@@]]>")),
    "XML entity": ("a.xml", _xml("&who;", before='<!DOCTYPE a [<!ENTITY who "@@">]>')),
    "XML declared type": ("a.xml", _xml("", before='<!DOCTYPE a SYSTEM "@@">')),
    "XML with an end missing": ("a.xml", _xml("<b>@@", end="")),
    "XML with more behind": ("a.xml", _xml("", end="</a> @@")),
    "PNG text chunk": ("a.png", _png),
    "PNG compressed chunk": ("a.png", _png_compressed),
    "notebook text": ("a.ipynb", _ipynb_text),
    "notebook picture": ("a.ipynb", _ipynb_png),
    "notebook HTML": ("a.ipynb", _ipynb_html),
    "XLSX cell": ("a.xlsx", _xlsx),
    "DOCX text split in runs": ("a.docx", _docx),
    "DOCX text with a declaration": ("a.docx", _docx_declared),
    "DOCX properties": ("a.docx", _docx_properties),
    "archive member's name": ("a.zip", _zip_member_name),
    "PDF text": ("a.pdf", _pdf),
    "PDF metadata": ("a.pdf", _pdf_metadata),
    "gzip": ("a.txt.gz", _gzip),
    "binary": ("a.dat", _binary),
}


@pytest.mark.parametrize("kind", list(PLANTED))
@pytest.mark.parametrize("output", list(OUTPUTS))
def test_planted_data_is_caught(output: str, kind: str) -> None:
    name, make = OUTPUTS[output]
    found = scan_bytes(make(PLANTED[kind]), name, confidential=[NAME])
    assert list(found.columns) == list(FINDING_COLUMNS)
    assert set(found["kind"]) == {kind}, found
    assert not found["excerpt"].str.contains("doe|7946|exemplaire", case=False).any()


@pytest.mark.parametrize("output", list(OUTPUTS))
def test_clean_outputs_are_clean(output: str) -> None:
    name, make = OUTPUTS[output]
    assert scan_bytes(make("Prevention 36,200,000"), name, confidential=[NAME]).empty


#: What hides a finding from a reader that takes pages for XML, or many texts for one.
TRICKY = {
    "a script with markup": """<html><script>x='<path d="jane@example.org"/>'</script></html>""",
    "a table in a script": "<p><script>x = `Jane Doe<table><tr/></table>y`;</script><br>",
    "a table in a comment": "<p><!-- Jane Doe<table></table>more --></p><br>",
    "a drawing in a comment": '<p><!-- <svg d="jane@example.org"></svg> --><br>',
    "a drawing in a script": """<p><script>x='<svg d="jane@example.org"></svg>'</script><br>""",
    "a script in a drawing": """<p><svg><script>x='<a d="jane@example.org"/>'</script></svg>""",
    "a drawing in an attribute": '<p title="Jane Doe<svg></svg>more"><br>',
    "a page in an attribute": '<iframe srcdoc="Jane Doe<table></table>2"></iframe><br>',
    "a name over a table's tags": "<p>Jane <table><tr><td>Doe</td></tr></table><br>",
    "a table in a table": "<table><tr><td><table></table>Jane <b>Doe</b></td></tr></table><br>",
    "a table that is not closed": "<p><table><tr><td>Jane <b>Doe</b><br>",
    "entities of a page's DTD": (
        '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "http://www.example.org/x.dtd">'
        "<html><p>Jane&nbsp;Doe</p></html>"
    ),
    "entities of a file's DTD": (
        '<?xml version="1.0"?><!DOCTYPE r SYSTEM "x.dtd"><r>Jane&nbsp;Doe</r>'
    ),
    "words like an attribute": '<p>style="+44 20 7946 0958</p><p title="x">y</p><br>',
}


@pytest.mark.parametrize("ending", ["html", "xml", "svg", "md", "ipynb"])
@pytest.mark.parametrize("case", sorted(TRICKY))
def test_markup_hides_nothing(case: str, ending: str) -> None:
    text = TRICKY[case]
    if ending == "ipynb":
        text = json.dumps({"cells": [{"outputs": [{"data": {"text/html": [text]}}]}]})
    found = scan_bytes(text.encode(), f"a.{ending}", confidential=["Jane Doe"])
    assert len(found), text


@pytest.mark.parametrize(
    ("ending", "text"),
    [
        ("txt", '<g style="+44 20 7946 0958\nfill: red">'),
        ("csv", 'id,text\n1,points="+44 20 7946 0958\n2,"x"\n'),
        ("json", '{"a": "values=\\"+44 20 7946 0958", "b": "\\"z"}'),
        ("html", '<p>Jane Doe<table></table></p><p title="d=&quot;">&quot;</p>'),
    ],
)
def test_one_text_does_not_hide_another(ending: str, text: str) -> None:
    assert len(scan_bytes(text.encode(), f"a.{ending}", confidential=["Jane Doe"]))


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.lists(
            st.sampled_from(
                [
                    *('style="', 'd="', '"', "x", " ", "\n", "https://", "10.1000/", "ISBN "),
                    *("+44 20 7946 0958", "020 7946 0958", "(01632) 960983", "0412 345 678"),
                    *("jane@example.org", "jane [at] example [dot] org", "data:a/b;base64,AAAA"),
                    *("Jane", "Doe", "Jane Doe", "978", "1:", "a" * 48),
                ]
            ),
            max_size=5,
        ).map("".join),
        max_size=4,
    )
)
def test_texts_looked_at_together_hide_nothing(texts: list[str]) -> None:
    names = NameFinder(["Jane Doe"])
    content = json.dumps(dict(enumerate(texts))).encode()
    alone = {match.value for text in texts for match in find_personal_data(text, names=names)}
    assert len(scan_bytes(content, "a.json", confidential=names)) >= bool(alone)


@pytest.mark.parametrize("ending", ["csv", "tsv", "txt", "log"])
def test_a_name_that_runs_over_a_line_is_found_where_it_begins(ending: str) -> None:
    text = 'id,text\r\n1,"from Jane\r\nDoe &amp; others, jane@example.org"\r\n'
    found = scan_bytes(text.encode(), f"a.{ending}", confidential=["Jane Doe"])
    assert found[["place", "kind"]].to_numpy().tolist() == [
        ["line 3", "e-mail address"],
        ["line 2", "confidential respondent"],
    ]


def test_what_stands_within_a_line_is_told_once_on_its_own_line() -> None:
    text = "a &#10; b &#10; c\nfoo\nwrite to jane.doe@example.org\n"
    assert scan_bytes(text.encode(), "a.txt")["place"].tolist() == ["line 3"]


def test_file_names_are_read(tmp_path: Path) -> None:
    (tmp_path / "societe-exemplaire.csv").write_text("a\n1\n", encoding="utf-8")
    found = scan_paths([tmp_path], confidential=[NAME])
    assert found["place"].tolist() == ["file name"]


def test_what_cannot_be_read_fails_too(tmp_path: Path) -> None:
    (tmp_path / "a.docx").write_bytes(b"PK\x03\x04 damaged")
    (tmp_path / "b.pdf").write_bytes(b"%PDF-1.7 damaged")
    found = scan_paths([tmp_path])
    assert found["kind"].tolist() == ["not readable"] * 2


def test_bombs_are_refused() -> None:
    content = b"x"
    for _ in range(7):
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as archive:
            archive.writestr("a.zip", content)
        content = stream.getvalue()
    assert scan_bytes(content, "a.zip")["excerpt"].str.contains("too deep").all()


def test_require_clean_names_every_finding(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("fine\njane@example.org\n", encoding="utf-8")
    (tmp_path / "b.svg").write_bytes(_svg(PLANTED["telephone number"]))
    with pytest.raises(RunError, match=r"(?s)a.txt, line 2: e-mail.*b.svg.*telephone") as caught:
        require_clean([tmp_path])
    assert "jane@" not in str(caught.value)
    assert require_clean([tmp_path / "a.txt"], allow=["jane@example.org"]) == 1
    with pytest.raises(InputError, match=r"nowhere.*does not exist"):
        scan_paths([tmp_path / "nowhere"])


def test_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.txt").write_text("fine\n", encoding="utf-8")
    (tmp_path / "names.txt").write_text(f"{NAME}\n\n", encoding="utf-8")
    names = ["--confidential", str(tmp_path / "names.txt")]
    assert main(["scan", str(tmp_path / "a.txt"), *names]) == 0
    assert "1 files looked at; no personal data found" in capsys.readouterr().out
    (tmp_path / "b.txt").write_text("societe exemplaire\n", encoding="utf-8")
    assert main(["scan", str(tmp_path / "b.txt"), *names]) == 1
    assert main(["scan", str(tmp_path / "missing")]) == 2


def test_the_project_itself_is_clean(root: Path) -> None:
    folders = [root / name for name in ("data", "docs", "notebooks", "reports/update-2026")]
    found = scan_paths([folder for folder in folders if folder.is_dir()])
    assert found.empty, found.to_string()
