from __future__ import annotations

import base64
import io
import json
import re
import subprocess
import sys
import xml.etree.ElementTree as ET

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oso_analysis import exhibits
from oso_analysis.errors import InputError
from oso_analysis.exhibits.printed import html_table, number, printed_table
from oso_analysis.figures.rendering import crop_png, crop_svg
from oso_analysis.figures.style import new_figure, style


def counts() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "design": pd.array(["cohort", "not_stated", "<b>mixed & more</b>"], dtype="str"),
            "year": pd.array([2019, 2020, None], dtype="Int64"),
            "n_works": [1234, 5, 0],
            "percent_of_works": [99.5967741935484, 0.40322580645, np.nan],
            "kappa": [0.8123456, 0.5, -0.04],
        }
    )


WORDS = {
    "id": "works-by-design",
    "title": "Works by design",
    "counting_unit": "works",
    "n": 1239,
    "source": "records",
}


def some_figure() -> object:
    with style():
        figure = new_figure(height_mm=60)
        ax = figure.subplots()
        ax.bar(["2019", "2020"], [1234, 5])
    return figure


def test_table_shows_and_records_the_same_data() -> None:
    exhibit = exhibits.table(
        counts(), **WORDS, caveats=["Coded from titles."], columns={"design": "Study design"}
    )
    bundle = exhibit._repr_mimebundle_()
    assert set(bundle) == {"text/plain", "text/html", exhibits.EXHIBIT_MIME}
    record = bundle[exhibits.EXHIBIT_MIME]
    assert record == json.loads(json.dumps(record, allow_nan=False))
    assert record["data"]["rows"][0] == ["cohort", 2019, 1234, 99.59677419, 0.8123456]
    assert record["data"]["rows"][2] == ["<b>mixed & more</b>", None, 0, None, -0.04]
    assert [field["type"] for field in record["data"]["schema"]] == [
        "string",
        "integer",
        "integer",
        "number",
        "number",
    ]
    headings = re.findall(r'scope="col">([^<]*)</th>', bundle["text/html"])
    assert headings == ["Study design", "Year", "Works", "% of works", "Kappa"]
    assert bundle["text/html"].count("<script") == 0
    assert "&lt;b&gt;mixed &amp; more&lt;/b&gt;" in bundle["text/html"]
    assert (
        '<th style="text-align:left" scope="row">Not stated</th>'
        '<td style="text-align:left">2020</td><td class="num">5</td>' in bundle["text/html"]
    )
    assert "n = 1,239 works · Source: records" in bundle["text/html"]
    assert "Coded from titles." in bundle["text/html"]
    assert "– means that there is no value." in bundle["text/html"]
    assert (
        '<td class="num">1,234</td><td class="num">99.6</td><td class="num">0.81</td>'
        in (bundle["text/html"])
    )


def test_table_output_is_the_same_twice_and_independent_of_dtype() -> None:
    frame = counts()
    twin = frame.astype({"design": "object", "n_works": "Int64"})
    assert (
        exhibits.table(frame, **WORDS)._repr_mimebundle_()
        == exhibits.table(twin, **WORDS)._repr_mimebundle_()
    )


def test_a_heading_of_none_leaves_a_column_out_of_print_only() -> None:
    exhibit = exhibits.table(counts(), **WORDS, columns={"n_works": "Works", "kappa": None})
    assert exhibit.printed.headings == ("Works", "Design", "Year", "% of works")
    assert "kappa" in [field["name"] for field in exhibit.schema]


def test_long_tables_are_cut_in_the_notebook_but_whole_in_the_record() -> None:
    frame = pd.DataFrame({"work": [f"w{i}" for i in range(100)], "n_works": range(100)})
    bundle = exhibits.table(frame, **WORDS)._repr_mimebundle_()
    for shown in (bundle["text/html"], bundle["text/plain"]):
        assert "… and 40 more rows; all 100 are in the report’s CSV and workbook" in shown
    assert len(bundle[exhibits.EXHIBIT_MIME]["data"]["rows"]) == 100


def test_figure_carries_picture_title_note_and_data() -> None:
    bundles = [
        exhibits.figure(
            some_figure(), **WORDS, alt_text="1,234 works & 5", data=counts(), caveats="One caveat."
        )._repr_mimebundle_()
        for _ in range(2)
    ]
    assert bundles[0] == bundles[1]
    bundle = bundles[0]
    assert set(bundle) == {"text/plain", "image/png", "image/svg+xml", exhibits.EXHIBIT_MIME}
    root = ET.fromstring(bundle["image/svg+xml"])  # noqa: S314
    assert root[0].text == "Works by design"
    assert root[1].text == "1,234 works & 5"
    assert len(bundle["image/svg+xml"]) < 150_000
    record = bundle[exhibits.EXHIBIT_MIME]
    assert record["data"]["rows"][0][2] == 1234
    bands = record["bands"]
    from PIL import Image

    png = base64.b64decode(bundle["image/png"])
    with Image.open(io.BytesIO(png)) as image:
        whole = image.size
    with Image.open(io.BytesIO(crop_png(png, bands["top"], bands["bottom"]))) as image:
        cut = image.size
        # The drawing is 60 mm high at 200 dpi, whatever stands above and below it.
        assert cut[1] == pytest.approx(60 / 25.4 * 200, abs=1.5)
    assert cut[0] == whole[0]
    drawing = ET.fromstring(crop_svg(bundle["image/svg+xml"], **bands))  # noqa: S314
    height = float(drawing.attrib["viewBox"].split()[3])
    assert height == pytest.approx(60 / 25.4 * 72, abs=0.5)
    assert drawing.attrib["height"] == f"{height:.6g}pt"


def test_a_figures_own_title_and_note_give_way_to_the_exhibits() -> None:
    from oso_analysis.figures import style as house

    plain, titled = some_figure(), some_figure()
    house.title(titled, "A draft title")
    house.note(titled, n=1, unit="x", source="y")
    pictures = [
        exhibits.figure(fig, **WORDS, alt_text="a", data=counts()).picture
        for fig in (plain, titled)
    ]
    assert pictures[0].png == pictures[1].png


def test_all_problems_of_an_exhibit_come_at_once() -> None:
    with pytest.raises(InputError) as caught:
        exhibits.figure(
            some_figure(),
            id="Works_by Design",
            title=" ",
            counting_unit="works",
            n=-1,
            source="",
            alt_text="",
            data=counts(),
            columns={"n_work": "Works"},
        )
    text = str(caught.value)
    assert (
        "column 'id': 'Works_by Design' must be kebab-case (did you mean 'works-by-design'?)"
        in text
    )
    for name in ("title", "source", "alt_text"):
        assert f"column {name!r}: must not be empty" in text
    assert "'-1' must be a whole number of at least 0, or None" in text
    assert "did you mean 'n_works'?" in text
    assert len(caught.value.problems) == 6


def test_wrong_things_are_refused_by_name() -> None:
    with pytest.raises(InputError, match="must be a Matplotlib Figure"):
        exhibits.figure("fig", **WORDS, alt_text="a", data=counts())  # type: ignore[arg-type]
    with pytest.raises(InputError, match="must be a DataFrame"):
        exhibits.table([1], **WORDS)  # type: ignore[arg-type]
    twice = pd.DataFrame([[1, 2]], columns=["a", "a"])
    with pytest.raises(InputError, match="name of more than one column"):
        exhibits.table(twice, **WORDS)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (1234567, "1,234,567"),
        (-3, "−3"),
        (0.8123, "0.81"),
        (-0.04, "−0.04"),
        (-0.001, "−0.0010"),
        (12.345, "12.3"),
        (float("nan"), "–"),
        (2.0, "2"),
    ],
)
def test_numbers_as_printed(value: float, text: str) -> None:
    assert number(value) == text


def test_whole_percentages_keep_their_decimal_and_years_no_comma() -> None:
    schema = [
        {"name": "year", "type": "integer"},
        {"name": "percent_of_works", "type": "number"},
        {"name": "n_works", "type": "integer"},
    ]
    table = printed_table(schema, [[2019, 50.0, 2000], [None, 50.0, None]], {})
    assert table.rows == (("2019", "50.0", "2,000"), ("–", "50.0", "–"))
    assert table.row_headers
    assert table.numeric == (False, True, True)
    assert table.has_missing


def test_a_table_without_rows_is_still_a_table() -> None:
    frame = pd.DataFrame({"a": pd.array([], dtype="str"), "n_works": pd.array([], dtype="Int64")})
    exhibit = exhibits.table(frame, **(WORDS | {"n": 0}))
    assert "<tbody>\n</tbody>" in exhibit._repr_mimebundle_()["text/html"]


@settings(max_examples=50)
@given(st.text(max_size=30))
def test_any_text_is_escaped(value: str) -> None:
    table = printed_table([{"name": "a", "type": "string"}], [[value]], {})
    cell = re.search(r'<th scope="row">(.*)</th></tr>', html_table(table), re.DOTALL)
    assert cell
    assert not set("<>") & set(cell.group(1).replace("<br>", ""))


def test_prose_puts_numbers_in() -> None:
    said = exhibits.prose(
        "{n} works ({share:.1f} %) from {year:d}; {themes}; mostly {odd}; {gone}.",
        n=np.int64(12345),
        share=7.04,
        year=2019,
        themes=["Policing", "Research", "Prevention"],
        odd="*<b>x",
        gone=pd.NA,
    )
    assert said.markdown == (
        "12,345 works (7.0 %) from 2019; Policing, Research and Prevention; "
        r"mostly \*\<b\>x; not stated."
    )
    bundle = said._repr_mimebundle_()
    assert bundle["text/markdown"] == said.markdown
    assert bundle[exhibits.PROSE_MIME]["values"]["n"] == 12345
    json.dumps(bundle, allow_nan=False)


def test_prose_names_what_is_missing_and_what_is_left_over() -> None:
    with pytest.raises(InputError) as caught:
        exhibits.prose("{n_works} works", n_work=1)
    assert "column 'n_works': has no value (did you mean 'n_work'?)" in str(caught.value)
    assert "column 'n_work': is given but the text has no place for it" in str(caught.value)
    with pytest.raises(InputError, match="cannot be read"):
        exhibits.prose("{n works", n=1)
    with pytest.raises(InputError, match="cannot be filled in"):
        exhibits.prose("{n:d}", n="x")


def test_references_are_csl_items() -> None:
    works = pd.DataFrame(
        {
            "work_id": ["w2", "w1"],
            "type": ["article-journal", "report"],
            "title": ["A title", np.nan],
            "authors": ["Seto, Michael C.; Hanson, R. Karl; IWG_OSO", np.nan],
            "year": pd.array([2011, None], dtype="Int64"),
            "container": ["Sexual Abuse", np.nan],
            "pages": ["124 – 145", np.nan],
            "doi": ["10.1177/1079063210369013", np.nan],
            "language": ["German; eng", np.nan],
        }
    )
    shown = exhibits.references(works)
    assert [item["id"] for item in shown.items] == ["w1", "w2"]
    assert shown.items[0] == {"id": "w1", "type": "report", "title": "[No title given]"}
    assert shown.items[1]["author"] == [
        {"family": "Seto", "given": "Michael C."},
        {"family": "Hanson", "given": "R. Karl"},
        {"literal": "IWG_OSO"},
    ]
    assert shown.items[1]["issued"] == {"date-parts": [[2011]]}
    assert shown.items[1]["page"] == "124-145"
    assert shown.items[1]["language"] == "de"
    bundle = shown._repr_mimebundle_()
    assert bundle["text/plain"] == "References: 2 works, formatted in the report"
    assert len(bundle[exhibits.REFERENCES_MIME]["items"]) == 2
    with pytest.raises(InputError, match="work_id"):
        exhibits.references(works.drop(columns="work_id"))


def test_importing_exhibits_leaves_matplotlib_alone() -> None:
    code = "import sys, oso_analysis.exhibits; print('matplotlib' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_column_order_survives_a_notebook_that_sorts_its_keys() -> None:
    frame = pd.DataFrame({"b": ["x"], "a": [1]})
    made = exhibits.table(
        frame, id="order", title="Order", counting_unit="works", n=1, source="s",
        columns={"b": "First", "a": "Second"},
    )  # fmt: skip
    bundle = made._repr_mimebundle_()
    stored = json.loads(json.dumps(bundle, sort_keys=True))
    assert stored[exhibits.EXHIBIT_MIME]["columns"] == [["b", "First"], ["a", "Second"]]


COUNTED = pd.DataFrame({"year": [2018, 2019], "n_works": [1200, 34]})
ABOUT = {"id": "a", "title": "T", "counting_unit": "works", "n": 1, "source": "here"}


def test_an_index_is_shown_unless_a_column_says_it_or_it_numbers_lines_of_a_file() -> None:
    shown = exhibits.table(COUNTED, **ABOUT).rows
    assert exhibits.table(COUNTED.set_index("year"), **ABOUT).rows == shown
    assert exhibits.table(COUNTED.set_index("year", drop=False), **ABOUT).rows == shown
    read = COUNTED.set_index(pd.Index([2, 4], name="file_row"))
    assert exhibits.table(read, **ABOUT).rows == shown
    other = COUNTED.set_index(pd.Index([1, 2], name="year"))
    with pytest.raises(InputError, match="'year': is the name of more than one column"):
        exhibits.table(other, **ABOUT)


def test_years_with_a_gap_are_printed_as_years() -> None:
    gap = pd.DataFrame({"year": [2018.0, None], "n_works": [1200, 34]})
    assert exhibits.table(gap, **ABOUT).printed.rows == (("2018", "1,200"), ("–", "34"))
    mean = pd.DataFrame({"year": [2018.5, None], "n_works": [1200, 34]})
    assert exhibits.table(mean, **ABOUT).printed.rows[0][0] == "2,018.5"


def test_nothing_for_a_text_is_no_text_and_other_things_are_named() -> None:
    bare = exhibits.table(COUNTED, **ABOUT, caption=None, alt_text=None, caveats=None)  # type: ignore[arg-type]
    assert (bare.caption, bare.alt_text, bare.caveats) == ("", "", ())
    said = exhibits.table(COUNTED, **ABOUT, caveats=pd.Series(["a", "b"]))  # type: ignore[arg-type]
    assert said.caveats == ("a", "b")
    with pytest.raises(InputError) as caught:
        exhibits.table(COUNTED, **ABOUT, caption=3, caveats=[1], columns=["year"])  # type: ignore[arg-type]
    assert [item.column for item in caught.value.problems] == ["caveats", "caption", "columns"]
