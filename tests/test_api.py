"""What an analyst meets first: ten names, Tab, help, and errors that suggest the right word."""

from __future__ import annotations

import ast
import doctest
import importlib
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pandas as pd
import pytest

import oso_analysis as oso
from oso_analysis.review import Review

_HEAVY = ("matplotlib", "scipy", "pandas", "numpy", "openpyxl", "ipywidgets", "papermill", "yaml")


def _loaded_after(code: str, names: tuple[str, ...]) -> set[str]:
    """Import in a fresh interpreter and return which of `names` are there afterwards."""
    asked = f"{code}\nimport sys\nprint(*(n for n in {names!r} if n in sys.modules))"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.fixture(scope="module")
def review(root: Path) -> Review:
    return oso.load_review(root)


def test_importing_the_package_imports_none_of_its_rooms() -> None:
    assert _loaded_after("import oso_analysis", _HEAVY) == set()


def test_counting_never_imports_what_draws_or_shows() -> None:
    code = "import oso_analysis as oso\noso.tables.count_facet\noso.load_review\noso.scope_review"
    assert _loaded_after(code, ("matplotlib", "ipywidgets", "papermill", "IPython")) == set()


def test_exploring_imports_controls_only_where_they_are_shown(root: Path) -> None:
    code = (
        f"import oso_analysis as oso\nreview = oso.load_review({str(root)!r})\n"
        "explorer = oso.explore(review, show='table', counting='submissions', "
        "by='respondent_sector')"
    )
    assert "ipywidgets" not in _loaded_after(code, _HEAVY)


def test_the_names_an_analyst_needs_are_all_there() -> None:
    assert set(oso.__all__) <= set(dir(oso))
    assert all(getattr(oso, name) is not None for name in oso.__all__)
    public = {name for name in dir(oso) if not name.startswith("_")}
    assert public == set(oso.__all__) - {"__version__"}
    assert 10 <= len(public) <= 14


def _public(module: ModuleType, wanted: str) -> set[str]:
    return {name for name in module.__all__ if name.islower() and name.startswith(wanted)}


@pytest.mark.parametrize(
    ("room", "prefix", "without"),
    [("tables", "", {"coded", "withheld"}), ("figures", "plot_", set())],
)
def test_rooms_list_every_function_of_their_modules(
    root: Path, room: str, prefix: str, without: set[str]
) -> None:
    expected: set[str] = set()
    for path in sorted((root / "src/oso_analysis" / room).glob("*.py")):
        if path.stem in {"__init__", *without}:
            continue
        module = importlib.import_module(f"oso_analysis.{room}.{path.stem}")
        if hasattr(module, "__all__"):
            expected |= _public(module, prefix)
    package = getattr(oso, room)
    assert set(package.__all__) == expected
    assert expected <= set(dir(package))
    assert all(callable(getattr(package, name)) for name in expected)
    # What type checkers see and what is imported are one list.
    tree = ast.parse((root / "src/oso_analysis" / room / "__init__.py").read_text(encoding="utf-8"))
    seen = {
        item.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith(f"oso_analysis.{room}.")
        for item in node.names
    }
    assert seen == expected


@pytest.mark.parametrize(
    ("wrong", "right"),
    [("load_reveiw", "load_review"), ("read_record", "read_records"), ("figure", "figures")],
)
def test_a_slip_is_answered_with_the_right_name(wrong: str, right: str) -> None:
    with pytest.raises(AttributeError, match=f"did you mean '{right}'"):
        getattr(oso, wrong)


def test_a_slip_in_a_room_too() -> None:
    with pytest.raises(AttributeError, match="did you mean 'count_years'"):
        _ = oso.tables.count_year


#: What somebody at a notebook may well type, and words of the answer.
_MISTAKES = {
    "oso.load_review(5)": "must be the path of a project's folder",
    "oso.read_codebook(['data/codebook.yaml'])": "must be the path of a codebook's file",
    "oso.read_codebook('data')": "cannot be read",
    "oso.read_records(5)": "must be the path of a file, or a list of paths",
    "oso.read_records([5])": "must be paths of files",
    "oso.scope_review('data')": "'str' must be a review, as load_review",
    "oso.scope_review(review, countries=None)": "must be a list, such as",
    "oso.scope_review(review, themes=3)": "must be a list, such as",
    "oso.narrow_scope(scope, review)": "'Scope' must be a review",
    "oso.narrow_scope(review, review)": "'Review' must be a scope",
    "oso.narrow_scope(review, scope, countries=5)": "an empty list keeps all",
    "oso.narrow_scope(review, scope, themes=[['policing']])": "is not a known code",
    "oso.explore(scope)": "'Scope' must be a review",
    "oso.measure_reliability(scope)": "'Scope' must be a review",
    "oso.deduplicate(review)": "'Review' must be a table, such as",
    "oso.prepare_consultation(scope, scope, scope)": "'Scope' must be a table",
    "review.codebook[['theme']]": "is not a facet",
    "review.codebook['theme'][['policing']]": "is not a code of theme",
    "count.count_years(scope, works['work_id'])": "count_years: no table",
    "count.count_facet(codes, ['theme'], works['work_id'], book)": "did you mean 'theme'",
    "count.count_facet(codes, 'theme', works['work_id'], review)": "must be the codebook",
    "count.members(codes, ['theme'], works['work_id'], {})": "must be the name of one facet",
    "count.members(codes, 'theme', works['work_id'], ['policing'])": "must map codes to labels",
    "count.count_venues(works, works['work_id'], top='15')": "must be a whole number of at least 1",
    "count.period_labels(works, works['work_id'], years=True)": "must be a whole number",
    "count.with_periods(codes, works, years='5')": "must be a whole number",
    "count.select_series(review.indicators, min_periods='3')": "must be a whole number",
    "count.count_segments(review.segments, 'theme', book)": "such as ['theme']",
    "count.count_segments(review.segments, [], book)": "must name at least one column",
    "count.count_segments(segments, ['theme'], review)": "must be the codebook",
    "count.count_segments(segments, ['theme'], book, basis=['census'])": "did you mean 'census'",
    "count.rank_least_evidence(codes, works, works.work_id, book, strong='review')": "['review']",
    "count.rank_least_evidence(codes, works, works.work_id, book, strong=['reviews'])": "review",
    "count.count_fields(review.records, ['doi'])": "must map columns to labels",
    "count.recode(codes, book, ['design'], 'family', 'f')": "is not a facet",
    "count.wilson_interval(7, 10)": "must be a column of counts",
    "oso.figures.plot_years('years')": "plot_years: no table",
    "oso.figures.plot_years(oso.explore(review).exhibit)": "'Exhibit' must be a table",
    "oso.exhibits.references(['w1'])": "'list' must be a table",
    "oso.exhibits.paragraph('text')": "must be prose",
}


@pytest.mark.parametrize("call", _MISTAKES)
def test_what_is_mixed_up_is_answered_in_words(
    review: Review, root: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    monkeypatch.chdir(root)
    scope = oso.scope_review(review)
    consultation = oso.prepare_consultation(scope.submissions, scope.relevance, scope.segments)
    names = {
        **{"oso": oso, "count": oso.tables, "review": review, "scope": scope},
        **{"works": scope.works, "codes": scope.work_codes, "book": review.codebook},
        "segments": consultation.segments,
    }
    with pytest.raises(oso.InputError) as caught:
        eval(call, names)  # noqa: S307 - the calls above
    assert _MISTAKES[call] in str(caught.value)


def _completions(namespace: dict[str, Any], text: str) -> set[str]:
    from IPython.core.completer import IPCompleter, provisionalcompleter
    from IPython.core.interactiveshell import InteractiveShell

    shell = InteractiveShell.instance()
    shell.user_ns.update(namespace)
    completer = IPCompleter(shell=shell, namespace=shell.user_ns)
    completer.use_jedi = False
    with provisionalcompleter():
        return {item.text.strip("\"'") for item in completer.completions(text, len(text))}


def test_tab_lists_facets_and_codes(review: Review) -> None:
    names = {"oso": oso, "review": review, "themes": review.codebook["theme"]}
    assert {"theme", "design", "respondent_sector"} <= _completions(names, 'review.codebook["')
    assert {"prevention", "policing"} <= _completions(names, 'themes["')
    assert {"searches", "geographies"} <= _completions(names, 'review.tables["')
    assert {".count_facet", ".count_years"} <= _completions(names, "oso.tables.count_")


def test_large_results_say_what_is_in_them(review: Review) -> None:
    scope = oso.scope_review(review, year_to=2019)
    part = oso.narrow_scope(review, scope, themes=["policing"])
    included = int(review.work_screening["decision"].eq("include").sum())
    for thing, words in (
        (review, [f"{len(review.works):,}", f"{included:,} included", "language models"]),
        (scope, ["years up to 2019", f"{len(scope.works):,}", "after the edition's last year"]),
        (review.reading, ["990", "could not be read"]),
        (review.deduplication, ["990", "uncertain pairs"]),
        (part, ["Policing", f"{len(part.works):,}"]),
    ):
        text = repr(thing)
        assert all(word in text for word in words), text
        assert len(text.splitlines()) < 15
        page = thing._repr_html_()
        assert page.count("<tr>") == len(thing._summary.rows)
        assert "<table>" in page


def test_the_codebook_shows_its_codes(review: Review) -> None:
    assert "theme: 8 codes" in repr(review.codebook)
    page = review.codebook["theme"]._repr_html_()
    assert page.count("<tr>") == 8
    assert "Multi-agency working" in page
    assert "prevention" in review.codebook._repr_html_()


def test_what_is_shown_is_escaped() -> None:
    from oso_analysis.display import Summary

    page = Summary("<b>", [("works", 1, "<script>")], ["a & b"]).html()
    assert "<script>" not in page
    assert "<b>" not in page
    assert "a &amp; b" in page


def _with_examples() -> list[str]:
    """Every module whose help shows a worked example."""
    source = Path(oso.__file__).parent
    found = [path for path in sorted(source.rglob("*.py")) if ">>> " in path.read_text("utf-8")]
    names = [path.relative_to(source.parent).with_suffix("").as_posix() for path in found]
    return [name.removesuffix("/__init__").replace("/", ".") for name in names]


@pytest.mark.parametrize("name", _with_examples())
def test_examples_in_help_give_what_they_say(
    name: str, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(root)
    module = importlib.import_module(name)
    with pd.option_context("display.width", 100, "display.max_columns", 20):
        found = doctest.testmod(module, optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS)
    assert found.attempted
    assert not found.failed
    assert "+SKIP" not in Path(str(module.__file__)).read_text("utf-8")


def test_help_answers_with_columns_units_and_an_example() -> None:
    for name in (
        "count_years",
        "count_facet",
        "cross_facets",
        "count_segments",
        "count_submissions",
    ):
        text = str(getattr(oso.tables, name).__doc__)
        for part in ("Parameters", "Returns", "n_", "Examples", ">>> "):
            assert part in text, (name, part)


def test_an_exhibit_can_be_saved_and_reads_back(tmp_path: Path) -> None:
    frame = pd.DataFrame({"name": ["=SUM(A1)", "Zoë"], "n_works": [1, 2]})
    exhibit = oso.exhibits.table(
        frame, id="a-table", title="T", counting_unit="works", n=3, source="here"
    )
    path = exhibit.save(tmp_path / "deep" / "table.csv")
    back = pd.read_csv(path)
    assert back["name"].tolist() == ["'=SUM(A1)", "Zoë"]
    assert back["n_works"].tolist() == [1, 2]
    with pytest.raises(oso.InputError, match=r"must end in \.csv"):
        exhibit.save(tmp_path / "table.png")
    assert [item.name for item in tmp_path.iterdir()] == ["deep"]


def test_alternative_text_adds_nothing_up_that_a_table_has_not_added_up() -> None:
    frame = pd.DataFrame(
        {
            "theme_label": ["A", "A", "A", "B", "B", "B", "All works"],
            "kind_label": ["x", "y", "All works", "x", "y", "All works", "All works"],
            "n_works": [1, 2, 2, 0, 7, 7, 8],
        }
    )
    said = oso.exhibits.describe_counts(frame, "theme_label", "n_works")
    assert said == "Counts of works, largest first: B with 7, A with 2."
    parts = frame[frame["kind_label"] != "All works"]
    said = oso.exhibits.describe_counts(parts, "theme_label", "n_works")
    assert said == "Counts of works, largest first: B · y with 7, A · y with 2, A · x with 1."


@pytest.mark.parametrize(
    ("labels", "counts", "said"),
    [
        (["A", None, "not_stated"], [1, 2, 3], "Not stated with 3, Not stated with 2, A with 1."),
        (["A", "B"], [2.9, 0.4], "A with 2.9, B with 0.4."),
        (["A", "B", "C"], ["[c]", 3, None], "B with 3. Withheld or missing: A, C."),
        (["2002", "2003"], [1, 4], "works, largest first: 2003 with 4, 2002 with 1."),
        ([f"L{n}" for n in range(15)], [9] * 11 + [1] * 4, "L11 with 1, and 3 more with 1 each."),
        ([f"L{n}" for n in range(13)], [9] * 13, "L11 with 9, and 1 more with 9."),
        (
            [f"L{n}" for n in range(14)],
            [9] * 13 + [1],
            "L11 with 9, and 2 more with as many or fewer.",
        ),
        ([f"L{n}" for n in range(14)], [9] * 12 + [1, 1], "L11 with 9, and 2 more with fewer."),
    ],
)
def test_alternative_text_says_what_is_so(labels: list[str], counts: list[Any], said: str) -> None:
    frame = pd.DataFrame({"code_label": labels, "n_works": counts})
    assert oso.exhibits.describe_counts(frame, "code_label", "n_works").endswith(said)


def test_alternative_text_takes_the_totals_of_another_column_beside_its_label() -> None:
    frame = pd.DataFrame(
        {
            "period_label": ["2000s", "All works", "2000s", "All works"],
            "theme": ["a", "a", "b", "b"],
            "theme_label": ["A", "A", "B", "B"],
            "n_works": [1, 4, 2, 6],
        }
    )
    for columns in (frame, frame.drop(columns="theme")):
        said = oso.exhibits.describe_counts(columns, "theme_label", "n_works")
        assert said.endswith("largest first: B with 6, A with 4.")
    said = oso.exhibits.describe_counts(frame, "theme", "n_works")
    assert said.endswith("largest first: b with 6, a with 4.")


def test_alternative_text_takes_totals_whatever_they_are_called(review: Review) -> None:
    fields = oso.tables.count_fields(review.records)
    said = oso.exhibits.describe_counts(fields, "field_label", "n_with_field")
    assert said.startswith("Counts with field, largest first: ")
    assert f"Title with {review.records['title'].notna().sum()}, " in said
    with pytest.raises(oso.InputError, match="'many' must be a number"):
        oso.exhibits.describe_counts(
            pd.DataFrame({"code_label": ["A"], "n_works": ["many"]}), "code_label", "n_works"
        )
