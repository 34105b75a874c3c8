"""What moved is said in words, with row, column and both values; what did not move is not said."""

from __future__ import annotations

import base64
import copy
import io
from typing import Any

import pandas as pd
import pytest
from PIL import Image

from oso_analysis import exhibits
from oso_analysis.notebooks import Tolerance, compare_notebooks

COUNTS = pd.DataFrame(
    {"theme": ["a", "b"], "theme_label": ["Access", "Cost"], "n_works": [12, 3]}
).assign(percent_of_works=[80.0, 20.0])


def notebook(*outputs: dict[str, Any]) -> dict[str, Any]:
    cells = [{"cell_type": "code", "source": "x", "outputs": [output]} for output in outputs]
    return {"cells": [{"cell_type": "markdown", "source": "# Title"}, *cells]}


def shown(thing: Any) -> dict[str, Any]:
    return {"output_type": "execute_result", "data": thing._repr_mimebundle_()}


def table(frame: pd.DataFrame = COUNTS, **changes: Any) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "id": "works-by-theme",
        "title": "Works by theme",
        "counting_unit": "works",
        "n": 15,
        "source": "data/coding.csv",
        "columns": {"theme": None, "theme_label": "Theme", "n_works": "Works"},
    }
    return shown(exhibits.table(frame, **(facts | changes)))


def moved(old: dict[str, Any], new: dict[str, Any], **tolerance: Any) -> list[str]:
    found = compare_notebooks(notebook(old), notebook(new), Tolerance(**tolerance))
    return [str(item) for item in found]


def png(*dots: tuple[int, int], shade: int = 0, size: tuple[int, int] = (10, 10)) -> str:
    image = Image.new("RGB", size, (255, 255, 255))
    for dot in dots:
        image.putpixel(dot, (shade, shade, shade))
    stream = io.BytesIO()
    image.save(stream, "PNG")
    return base64.b64encode(stream.getvalue()).decode()


def drawing(raw: str) -> dict[str, Any]:
    return {"output_type": "display_data", "data": {"image/png": raw, "text/plain": "<Figure>"}}


def test_the_same_notebook_has_not_moved() -> None:
    assert moved(table(), table()) == []


def test_a_number_is_named_with_its_row_heading_and_both_values() -> None:
    new = COUNTS.assign(n_works=[13, 3])
    assert moved(table(), table(new, n=16)) == [
        "Table works-by-theme: n (works) went from 15 to 16",
        "Table works-by-theme: row 'Access', column 'Works' went from 12 to 13 (+1, +8.3 %)",
    ]


def test_numbers_are_compared_relative_to_their_size() -> None:
    near = COUNTS.assign(percent_of_works=[80.00001, 20.0])
    assert moved(table(), table(near), relative=1e-6) == []
    (text,) = moved(table(), table(near), relative=1e-8)
    assert "column 'percent_of_works' went from 80 to 80.00001" in text


def test_a_row_that_moved_up_is_the_same_row() -> None:
    (text,) = moved(table(), table(COUNTS.iloc[::-1]))
    assert text == "Table works-by-theme: the rows stand in another order"


def test_rows_and_columns_that_come_and_go_are_named() -> None:
    other = COUNTS.assign(theme=["a", "c"], theme_label=["Access", "Stigma"]).drop(
        columns="percent_of_works"
    )
    assert moved(table(), table(other)) == [
        "Table works-by-theme: column 'percent_of_works' is gone",
        "Table works-by-theme: row 'Cost' is gone",
        "Table works-by-theme: row 'Stigma' is new",
    ]


def test_a_missing_number_is_not_nought() -> None:
    gone = COUNTS.assign(percent_of_works=[80.0, None])
    (text,) = moved(table(), table(gone))
    assert "went from 20 to nothing" in text


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"title": "Works by issue area"}, "title: after “Works by”, “theme” became “issue area”"),
        ({"caveats": ["Weak code."]}, "caveats: at the beginning, “Weak code.” is new"),
        ({"columns": {"theme": "Code"}}, "the printed headings or their order are not the same"),
        ({"id": "by-theme"}, "is shown now, but is not stored"),
    ],
)
def test_what_is_printed_around_a_table_is_compared(change: dict[str, Any], words: str) -> None:
    assert words in " | ".join(moved(table(), table(**change)))


def test_prose_is_compared_word_for_word() -> None:
    old, new = (shown(exhibits.prose("There are {n} works in all.", n=n)) for n in (12, 13))
    assert moved(old, new) == ["Cell 2, prose: after “There are”, “12” became “13”"]


def test_pixels_that_differ_are_counted_and_measured() -> None:
    before, after = drawing(png((2, 3))), drawing(png((2, 3), (7, 8)))
    assert moved(before, after) == [
        "Cell 2, output: the drawing differs in 1 of 100 pixels (1 %), by up to 255 of 255, "
        "between (7, 8) and (7, 8)"
    ]
    faint = drawing(png((2, 3), (7, 8), shade=250))
    assert "the drawing differs in 2 of" in moved(before, faint, pixel=4)[0]
    assert moved(drawing(png()), drawing(png((1, 1), shade=250)), pixel=5) == []
    assert moved(drawing(png()), drawing(png((1, 1), shade=250)), pixel=4) != []


def test_a_drawing_of_another_size_or_none_is_told() -> None:
    larger = drawing(png(size=(10, 12)))
    assert moved(drawing(png()), larger) == [
        "Cell 2, output: the drawing went from 10 × 10 to 10 × 12 pixels"
    ]
    none = drawing(png())
    del none["data"]["image/png"]
    assert "the drawing is gone" in " ".join(moved(drawing(png()), none))
    assert "cannot be read" in " ".join(moved(drawing(png()), drawing("AAAA")))


def test_other_outputs_are_compared_as_text() -> None:
    def stream(text: str) -> dict[str, Any]:
        return {"output_type": "stream", "name": "stdout", "text": text}

    assert moved(stream("5 rows\n"), stream("6 rows\n")) == [
        "Cell 2, output: at the beginning, “5” became “6”"
    ]
    pieces = {"cells": [{"cell_type": "code", "outputs": [stream("a "), stream("b")]}]}
    whole = {"cells": [{"cell_type": "code", "outputs": [stream("a b")]}]}
    assert compare_notebooks(pieces, whole) == []


def test_works_that_come_and_go_are_named() -> None:
    works = pd.DataFrame(
        {
            "work_id": ["w-1", "w-2"],
            "type": ["report", "report"],
            "title": ["First", "Second"],
            "authors": ["Example Institute", "Example Institute"],
            "year": pd.array([2019, 2020], dtype="Int64"),
        }
    )
    whole = exhibits.references(works)
    assert [item["title"] for item in whole.items] == ["First", "Second"]
    part = exhibits.References((dict(whole.items[0], title="First, revised"),))
    texts = moved(shown(whole), shown(part))
    assert texts[0].endswith("the works listed went from 2 to 1")
    assert texts[1].endswith("'Second' [w-2] is gone")
    assert texts[2].endswith("has another title")
    dated = dict(whole.items[0], issued={"date-parts": [["2020"]]}, page="1-9")
    (text,) = moved(shown(exhibits.References((dict(whole.items[0], page="1"),))),
                    shown(exhibits.References((dated,))))  # fmt: skip
    assert text.endswith("has another date (2019, now 2020), page range (1, now 1-9)")


def test_comparing_changes_neither_notebook() -> None:
    old, new = notebook(table()), notebook(table(COUNTS.assign(n_works=[1, 2])))
    kept = copy.deepcopy((old, new))
    compare_notebooks(old, new)
    assert (old, new) == kept
