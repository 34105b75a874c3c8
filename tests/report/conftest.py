"""Small executed notebooks, made as a kernel would make them: from real exhibits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
import pytest

from oso_analysis import exhibits
from oso_analysis.figures import style
from oso_analysis.imprint import Agent, Imprint


@dataclass(frozen=True)
class Info:
    """The attributes of an edition that a report reads."""

    name: str = "test-edition"
    title: str = "Managing online sex offending: <evidence> & consultation"
    description: str = "What the literature and the consultations say."
    parameters: dict[str, Any] = field(
        default_factory=lambda: {"year_to": None, "countries": ["GB", "IE"], "themes": []}
    )
    disclosure: str = "No small counts were changed."
    inputs: dict[str, str] = field(
        default_factory=lambda: {
            "data/literature/coding.csv": "ab" * 32,
            "notebooks/01_scale.ipynb": "ef" * 32,
            "oso_analysis/x.py": "cd" * 32,
        }
    )
    versions: dict[str, str] = field(default_factory=lambda: {"pandas": "3.1.1", "python": "3.11"})
    imprint: Imprint = field(
        default_factory=lambda: Imprint(
            title='What works? "Evidence" & <practice> #1_\\',
            authors=(Agent("Käthe Weiß"), Agent("A & B_C <centre>", is_organisation=True)),
        )
    )
    base: str = ""
    changes: dict[str, Any] = field(default_factory=dict)
    limits: tuple[str, ...] = ("These are not the group's own data.", "They cannot tell <all>.")


def cell_outputs(*values: Any) -> list[Any]:
    return [
        nbformat.v4.new_output("display_data", data=dict(value._repr_mimebundle_()))
        for value in values
    ]


def code(*values: Any, source: str = "secret_code()") -> Any:
    return nbformat.v4.new_code_cell(source, outputs=cell_outputs(*values))


def markdown(text: str) -> Any:
    return nbformat.v4.new_markdown_cell(text)


@pytest.fixture
def info() -> Info:
    return Info()


@pytest.fixture
def save(tmp_path: Path) -> Callable[..., Path]:
    def write(name: str, *cells: Any) -> Path:
        path = tmp_path / "executed" / name
        path.parent.mkdir(exist_ok=True)
        nbformat.write(nbformat.v4.new_notebook(cells=list(cells)), path)
        return path

    return write


def themes() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "theme": ["Prevention", "Policing", "not_stated", "=HYPERLINK(1)"],
            "n_works": pd.array([1200, 34, 5, None], dtype="Int64"),
            "percent_of_works": [96.8523, 2.744, 0.4035, None],
        }
    )


def theme_figure(id: str = "works-by-theme") -> exhibits.Exhibit:
    data = themes().dropna()
    with style.style():
        fig = style.new_figure(height_mm=60)
        ax = fig.subplots()
        ax.barh(data["theme"], data["n_works"].astype(int), color=style.ACCENT)
        for row, count in enumerate(data["n_works"]):
            style.direct_label(ax, count, row, f"{count:,}")
    return exhibits.figure(
        fig,
        id=id,
        title="Most works are on prevention",
        counting_unit="works",
        n=1239,
        source="coding.csv",
        alt_text="Prevention 1,200 works, policing 34, not stated 5.",
        data=data,
        caption="A work may carry several themes.",
        caveats=["Coded from titles."],
    )


def theme_table(id: str = "themes-table") -> exhibits.Exhibit:
    return exhibits.table(
        themes(),
        id=id,
        title="Works by theme",
        counting_unit="works",
        n=1239,
        source="coding.csv",
        columns={"theme": "Theme"},
    )


def works() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "work_id": ["w2", "w1"],
            "type": ["article-journal", "report"],
            "title": ["Risk of <online> offending", "A report on policing"],
            "authors": ["Seto, Michael C.; Hanson, R. Karl", "Home Office"],
            "year": pd.array([2011, None], dtype="Int64"),
            "container": ["Sexual Abuse", None],
            "volume": ["23", None],
            "issue": ["1", None],
            "pages": ["124-145", None],
            "doi": ["10.1177/1079063210369013", None],
        }
    )


@pytest.fixture
def notebooks(save: Callable[..., Path]) -> list[Path]:
    """Two notebooks with text, prose, a figure, two tables and references."""
    first = save(
        "01_scale.ipynb",
        markdown("# Scale of the problem\n\nRead [figure](#works-by-theme) and `[not](#a-link)`."),
        code(source="year_to = None"),
        markdown("## Works\n\nText with <script>alert(1)</script> and **bold** words."),
        code(exhibits.prose("There are {n} works.", n=1239), theme_figure()),
        code(theme_table("themes-first")),
    )
    second = save(
        "02_more.ipynb",
        markdown(
            "# More\n\n## Works\n\nBack to [it](#themes-first), on to [it](#themes-table), see "
            "[the works](#works).\n\n### Detail\n\n| a | b |\n|---|---|\n| 1 | 2 |"
        ),
        code(theme_table(), exhibits.references(works())),
    )
    return [second, first]
