"""The explorer: what is shown, what is copied and what is saved are one and the same."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import oso_analysis as oso
from oso_analysis.errors import InputError
from oso_analysis.exhibits import EXHIBIT_MIME
from oso_analysis.explorer import Choices, Explorer
from oso_analysis.explorer.choices import UNITS, facet_names, legal
from oso_analysis.explorer.code import write_cell
from oso_analysis.explorer.saved import SAVED
from oso_analysis.reliability import Reliability
from oso_analysis.review import Review
from oso_analysis.scope import Scope


@pytest.fixture(scope="module")
def review(root: Path) -> Review:
    return oso.load_review(root)


@pytest.fixture(autouse=True)
def measured_once(
    review: Review, reliability: Reliability, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Measuring agreement takes two seconds; every explorer of one review gets the same."""
    name = "oso_analysis.explorer.explorer.measure_reliability"
    monkeypatch.setattr(name, lambda _: reliability)


@pytest.fixture(scope="module")
def reliability(review: Review) -> Reliability:
    return oso.measure_reliability(review)


@pytest.fixture(scope="module")
def scope(review: Review) -> Scope:
    return oso.scope_review(review)


@pytest.fixture(scope="module")
def explorer(review: Review) -> Explorer:
    return oso.explore(review)


def _views(review: Review, scope: Scope) -> list[tuple[str, str, str | None]]:
    views = []
    for counting in UNITS:
        for by in legal(review, scope, counting)["by"]:
            across = legal(review, scope, counting, by)["across"]
            views += [(counting, by, other) for other in [None, *list(across)[:2]]]
    return views


def test_every_view_makes_a_table_and_says_what_part_it_shows(
    review: Review, scope: Scope, explorer: Explorer
) -> None:
    views = _views(review, scope)
    assert {counting for counting, _, _ in views} == set(UNITS)
    assert len(views) > 25
    for counting, by, across in views:
        explorer.choose(
            counting=counting, by=by, across=across, show="table", countries=["GB"], years=None
        )
        exhibit = explorer.exhibit
        assert exhibit.n
        assert "United Kingdom" in exhibit.caveats[0]
        printed = {name for name, heading in exhibit.columns.items() if heading}
        assert printed <= {item["name"] for item in exhibit.schema}


@pytest.mark.parametrize("by", ["theme", "year", "country"])
def test_figures_have_a_picture_and_say_what_they_show(explorer: Explorer, by: str) -> None:
    explorer.choose(counting="works", by=by, across=None, show="figure", countries=())
    exhibit = explorer.exhibit
    assert exhibit.picture is not None
    assert exhibit.alt_text.startswith("Counts of works, largest first: ")


def test_a_heat_map_of_segments_counts_segments(explorer: Explorer) -> None:
    explorer.choose(
        counting="segments", by="theme", across="respondent_sector", show="figure", countries=[]
    )
    exhibit = explorer.exhibit
    assert exhibit.picture is not None
    drawn = re.sub(r"<!-- (.*?) -->", r"\1", exhibit.picture.svg)
    assert "of the sector's segments" in drawn
    assert "submissions" not in drawn
    base = [item["name"] for item in exhibit.schema].index("n_segments_of_sector")
    sectors = {(row[2], row[base]) for row in exhibit.rows}
    assert sum(n for _, n in sectors) == exhibit.n
    assert exhibit.columns["percent_of_sector_segments"]


def test_narrowing_counts_what_a_plain_loop_counts(review: Review, scope: Scope) -> None:
    part = oso.narrow_scope(
        review, scope, years=(2015, 2020), countries=["GB"], themes=["policing"]
    )
    codes: dict[str, set[tuple[str, str]]] = {}
    for row in scope.work_codes.itertuples():
        codes.setdefault(str(row.work_id), set()).add((str(row.facet), str(row.code)))
    expected = {
        str(work.work_id)
        for work in scope.works.itertuples()
        if str(work.year).isdigit()
        and 2015 <= int(str(work.year)) <= 2020
        and {("country", "GB"), ("theme", "policing")} <= codes.get(str(work.work_id), set())
    }
    assert expected
    assert set(part.works["work_id"]) == expected
    assert part.n_works_left_out == len(scope.works) - len(expected)
    assert set(part.work_codes["work_id"]) == expected
    assert set(part.segments["submission_id"]) <= set(part.submissions["submission_id"])


def test_an_exhibit_never_shows_more_than_its_edition(review: Review) -> None:
    early = oso.scope_review(review, year_to=2019)
    part = oso.narrow_scope(review, early, years=(2015, 2026))
    assert part.works["year"].max() <= 2019
    assert part.text.startswith("years up to 2019; what states no year is left out; years 2015")


def test_all_wrong_choices_are_named_with_the_nearest_right_one(review: Review) -> None:
    with pytest.raises(InputError) as caught:
        oso.explore(review, by="themes", show="figur", countries=["US", "ZZ"], size=3)
    text = str(caught.value)
    assert "'themes' cannot be chosen here" in text
    assert "did you mean 'theme'?" in text
    assert "did you mean 'figure'?" in text
    assert "'ZZ'" in text
    assert "'US'" not in text
    assert "column 'size': is not a choice" in text


def test_what_a_part_shows_is_said_once(review: Review) -> None:
    scope = oso.scope_review(review, year_to=2019, countries=["GB"])
    assert oso.narrow_scope(review, scope, countries=["GB"]).text == scope.text
    part = oso.narrow_scope(review, scope, countries=["GB", "US"], years=(2010, 2015))
    assert part.text == (
        "years up to 2019; what states no year is left out; places: United Kingdom; "
        "years 2010 to 2015; places: United Kingdom, United States"
    )


def test_wrong_codes_of_a_part_are_named_too(review: Review, scope: Scope) -> None:
    with pytest.raises(InputError, match="did you mean 'policing'") as caught:
        oso.narrow_scope(review, scope, themes=["polcing"], years=(2020, 2010))
    assert "must be a first and a last year" in str(caught.value)


@pytest.mark.parametrize("years", [2015, "2015", ("a", "b"), (2015,), (None, 2020), (2020, 2010)])
def test_years_of_the_wrong_type_are_refused_in_words(
    review: Review, scope: Scope, years: Any
) -> None:
    with pytest.raises(InputError, match=r"column 'years'.*must be a first and a last year"):
        oso.explore(review, years=years)
    with pytest.raises(InputError, match=r"column 'years'.*must be a first and a last year"):
        oso.narrow_scope(review, scope, years=years)


@pytest.mark.parametrize("choice", ["counting", "by", "across", "show"])
def test_a_list_where_one_name_is_chosen_is_refused_in_words(review: Review, choice: str) -> None:
    with pytest.raises(InputError, match=rf"column '{choice}'.*must be one name"):
        oso.explore(review, **{choice: ["theme"]})
    explorer = oso.explore(review)
    with pytest.raises(InputError, match=rf"column '{choice}'.*must be one name"):
        explorer.choose(**{choice: ["theme"]})
    assert explorer.choices == Choices()


def test_codes_may_come_from_a_column(review: Review, scope: Scope) -> None:
    column = pd.Series(["GB", "US"])
    by_list = oso.narrow_scope(review, scope, countries=["GB", "US"])
    for codes in (column, column.to_numpy(), ("GB", "US")):
        assert oso.narrow_scope(review, scope, countries=codes).text == by_list.text
        assert oso.scope_review(review, countries=codes).text == by_list.text


@pytest.mark.parametrize("codes", [None, 3, [None], [["GB"]]])
def test_codes_of_the_wrong_type_are_refused_in_words(review: Review, codes: Any) -> None:
    with pytest.raises(InputError, match=r"column 'countries'.*must be codes"):
        oso.explore(review, countries=codes)


def test_choices_that_no_longer_fit_are_given_up(review: Review) -> None:
    explorer = oso.explore(review, by="theme", across="design", sectors=["police"])
    explorer.choose(counting="submissions")
    assert explorer.choices == Choices("submissions", "respondent_sector")
    explorer.choose(counting="segments")
    explorer.choose(by="theme", across="respondent_sector")
    explorer.choose(by="outcome")
    assert explorer.choices.across is None


def test_nothing_left_is_said_instead_of_drawn(review: Review) -> None:
    explorer = oso.explore(review, counting="submissions", by="year", countries=["IN"])
    explorer.choose(themes=["research"], years=(1990, 1991))
    with pytest.raises(InputError, match="leaves no submissions"):
        _ = explorer.exhibit


@pytest.fixture
def project(root: Path, tmp_path: Path) -> Path:
    """A copy of the project that may be written to."""
    shutil.copytree(root / "data", tmp_path / "data")
    (tmp_path / "notebooks").mkdir()
    return tmp_path


def _notebook(project: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((project / SAVED).read_text(encoding="utf-8"))
    return content


def test_saving_makes_a_notebook_and_saving_again_replaces(
    review: Review, project: Path, root: Path
) -> None:
    explorer = oso.explore(replace(review, root=project), by="design", themes=["policing"])
    explorer.save()
    explorer.choose(counting="segments", by="theme", across=None, themes=(), show="table")
    explorer.save()
    path = explorer.save()
    assert path == project / SAVED
    content = _notebook(project)
    sources = [cell["source"] for cell in content["cells"]]
    assert content["cells"][1]["metadata"] == {"tags": ["parameters"]}
    assert sum("oso.exhibits." in source for source in sources) == 2
    assert len({cell["id"] for cell in content["cells"]}) == len(sources) == 7
    counts = [cell["execution_count"] for cell in content["cells"] if "outputs" in cell]
    assert counts == [1, 2, 3, 4]

    import nbformat

    nbformat.validate(nbformat.from_dict(content))
    for command in (["format", "--check"], ["check"]):
        subprocess.run(
            [sys.executable, "-m", "ruff", *command, "--config", root / "pyproject.toml", path],
            check=True,
            capture_output=True,
        )


def test_different_choices_never_share_an_id_so_that_saving_loses_none(
    review: Review, project: Path
) -> None:
    explorer = oso.explore(replace(review, root=project), by="design", themes=["research"])
    explorer.save()
    explorer.choose(themes=(), sectors=["research"])
    explorer.save()
    shown = [cell for cell in _notebook(project)["cells"] if "oso.exhibits." in cell["source"]]
    assert len(shown) == 2

    several: dict[str, Any] = {"themes": ("research",), "sectors": ("police",)}
    alike = [
        Choices(),
        Choices(show="table"),
        Choices(themes=("research",)),
        Choices(sectors=("research",)),
        Choices(themes=("multi_agency",)),
        Choices(themes=("multi-agency",)),
        Choices(themes=("_multi__agency-",)),
        Choices(themes=("multi", "agency")),
        Choices(themes=("Multi", "agency")),
        Choices(countries=("GB",)),
        Choices(countries=("GB-ENG",)),
        Choices(countries=("GB", "ENG")),
        Choices(themes=("gb",)),
        Choices(themes=("table",)),
        Choices(themes=("research", "sectors", "police")),
        Choices(**several),
        Choices(years=(2010, 2020)),
        Choices(themes=("2010", "2020")),
    ]
    names = facet_names(review)
    ids = [write_cell(choices, names).id for choices in alike]
    assert len(set(ids)) == len(ids)
    assert [write_cell(choices, names).id for choices in alike] == ids
    for one, choices in zip(ids, alike, strict=True):
        assert re.fullmatch(r"[a-z]+(-[a-z0-9]+)*", one), choices


def test_ids_say_what_was_chosen(review: Review) -> None:
    made = {
        "saved-works-by-theme": Choices(),
        "saved-works-by-theme-and-design-2010-2020-gb-in-table": Choices(
            across="design", years=(2010, 2020), countries=("GB", "IN"), show="table"
        ),
        "saved-works-by-theme-gb-themes-research-policing-sectors-police": Choices(
            countries=("GB",), themes=("research", "policing"), sectors=("police",)
        ),
    }
    for identity, choices in made.items():
        assert write_cell(choices, facet_names(review)).id == identity


def test_running_the_saved_notebook_gives_the_saved_outputs(review: Review, project: Path) -> None:
    explorer = oso.explore(replace(review, root=project), by="theme", countries=["GB"])
    explorer.save()
    names: dict[str, Any] = {}
    here = Path.cwd()
    os.chdir(project)
    try:
        for cell in _notebook(project)["cells"]:
            if cell["cell_type"] == "code" and not cell["outputs"]:
                exec(cell["source"], names)  # noqa: S102
            elif cell["cell_type"] == "code":
                statements, _, expression = cell["source"].partition("\noso.exhibits")
                exec(statements, names)  # noqa: S102
                exhibit = eval("oso.exhibits" + expression, names)  # noqa: S307
                assert exhibit._repr_mimebundle_() == cell["outputs"][0]["data"]
    finally:
        os.chdir(here)


def test_the_saved_notebook_has_the_defaults_of_the_chapters_and_shows_what_they_keep(
    review: Review, project: Path
) -> None:
    from oso_analysis.notebooks import new
    from oso_analysis.parameters import declarations

    chapter = project / "notebooks/01_prices.ipynb"
    text = new._fill("01_prices", "Prices", {}).decode("utf-8")
    line = "disclosure_threshold: int | None = 5  # Smallest count. [2..50]"
    text = text.replace("year_to: int | None = None", "year_to: int | None = 2019")
    chapter.write_text(text.replace("themes: list[str]", f"{line}\\nthemes: list[str]"), "utf-8")
    explorer = oso.explore(replace(review, root=project), by="theme", show="table")
    explorer.save()
    path = explorer.save()
    found = declarations([chapter, path], project)[path.name]
    assert (found["year_to"].default, found["disclosure_threshold"].default) == (2019, 5)
    stored = _notebook(project)["cells"][4]["outputs"][0]["data"][EXHIBIT_MIME]
    assert stored["n"] == len(oso.scope_review(review, year_to=2019).works)
    assert stored["n"] < explorer.exhibit.n
    explorer.choose(counting="segments", by="theme")
    explorer.save()
    (shown,) = _notebook(project)["cells"][6]["outputs"]
    assert "is not shown: this edition withholds small counts" in str(shown["data"])


def test_parameters_of_the_saved_notebook_are_accepted(review: Review, project: Path) -> None:
    from oso_analysis.parameters import declarations, resolve

    path = oso.explore(replace(review, root=project)).save()
    declared = declarations([path], project)
    values = resolve(project, declared, {"year_to": 2019, "countries": ["GB"]})
    assert values[path.name]["year_to"] == 2019


def test_answers_are_not_shown_where_an_edition_withholds_small_counts(
    review: Review, project: Path
) -> None:
    explorer = oso.explore(replace(review, root=project), counting="segments", by="theme")
    explorer.save()
    explorer.choose(counting="works", by="theme")
    explorer.save()
    names = {"oso": oso, "review": review, "scope": oso.scope_review(review)}
    names |= {"reliability": explorer._reliability, "disclosure_threshold": 5}
    shown = {}
    for cell in _notebook(project)["cells"][3:]:
        if cell["cell_type"] == "code":
            statements, _, expression = cell["source"].partition("\noso.exhibits")
            exec(statements, names)  # noqa: S102
            shown[cell["id"]] = eval("oso.exhibits" + expression, names)  # noqa: S307
    answers, works = shown.values()
    assert "is not shown: this edition withholds small counts" in repr(answers)
    assert works.id == "saved-works-by-theme"


def test_a_broken_notebook_is_not_overwritten(review: Review, project: Path) -> None:
    (project / SAVED).write_text("{}", encoding="utf-8")
    with pytest.raises(InputError, match="is not a notebook"):
        oso.explore(replace(review, root=project)).save()
    assert (project / SAVED).read_text(encoding="utf-8") == "{}"


def test_without_a_reader_the_exhibit_stands_alone(
    review: Review, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    first, second = (oso.explore(review, by="design") for _ in range(2))
    assert first._repr_mimebundle_() == second._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" not in first._repr_mimebundle_()


def test_in_jupyter_the_controls_are_shown(review: Review, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JPY_SESSION_NAME", "notebooks/00_start_here.ipynb")
    bundle = oso.explore(review, by="design")._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in bundle


def test_controls_change_the_exhibit_and_save_it(review: Review, project: Path) -> None:
    from oso_analysis.explorer.panel import Panel

    explorer = oso.explore(replace(review, root=project), live=True, by="theme")
    panel = Panel(explorer)
    panel._lists["countries"].value = ("GB",)
    assert explorer.choices.countries == ("GB",)
    assert "saved-works-by-theme-gb" in panel._code.value
    assert "<img" in panel._picture.value
    panel._counting.value = "submissions"
    assert explorer.choices.by == panel._by.value == "respondent_sector"
    assert panel._across.disabled
    panel._years.value = (2000, 2001)
    assert panel._save.disabled
    assert "leaves no submissions" in panel._message.value
    panel._reset.click()
    assert explorer.choices.years is None
    panel._save.click()
    assert "oso-analysis run" in panel._message.value
    assert (project / SAVED).is_file()
