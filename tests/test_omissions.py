"""What no table counts is noted, each thing with its file, and nothing else is."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from oso_analysis.cli import main
from oso_analysis.errors import InputError
from oso_analysis.omissions import list_omissions
from oso_analysis.review import load_review
from oso_analysis.scaffold import init_project

CODING = "data/literature/coding.csv"
SCREENING = "data/literature/screening.csv"
SEARCHES = "data/literature/searches.csv"
RECORDS = "data/literature/records/"


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return init_project(tmp_path_factory.mktemp("omissions") / "meals", outputs=False)


@pytest.fixture
def project(pristine: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(pristine, tmp_path / "meals"))


def rows(path: Path, edit: Callable[[list[str]], list[str]]) -> None:
    """Put a table's rows in the place of those below its header."""
    header, *lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([header, *edit(lines), ""]), encoding="utf-8")


def without(*starts: str) -> Callable[[list[str]], list[str]]:
    return lambda lines: [line for line in lines if not line.startswith(starts)]


def replace(path: Path, old: str, new: str, times: int = -1) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, times), encoding="utf-8")


def _third_coder(root: Path) -> None:
    rows(root / CODING, lambda lines: [*lines, "database-0001,Ann,abstract,theme,access"])


def _third_reviewer(root: Path) -> None:
    rows(root / SCREENING, lambda lines: [*lines, "database-0001,Ann,include,"])


def _shared_work(root: Path) -> None:
    """Let Ann code a record that the first coder did not."""
    rows(
        root / CODING,
        lambda lines: [x.replace("database-0004,coder_1,", "database-0004,Ann,") for x in lines],
    )


def _split_opinions(root: Path) -> None:
    """Let two others screen a record that the first reviewer did not, and differ."""
    opinions = ["database-0004,reviewer_2,include,", "database-0004,Ann,exclude,not_school_meals"]
    rows(root / SCREENING, lambda lines: [*without("database-0004,")(lines), *opinions])


def _one_name(root: Path) -> None:
    """Put two exports of one file name into two folders, each with an entry to be mended."""
    package = root / "data/datapackage.json"
    described = json.loads(package.read_text(encoding="utf-8"))
    for folder in ("initial", "april"):
        path = root / RECORDS / folder / "scopus.ris"
        path.parent.mkdir()
        # The end is missing.
        entry = f"TY  - JOUR\nID  - {folder}-1\nTI  - Lunches of {folder}\nPY  - 2024\n"
        path.write_text(entry, encoding="utf-8")
        resource = {"name": folder, "path": path.relative_to(root / "data").as_posix()}
        described["resources"].append(resource | {"title": "Scopus", "role": "records"})
    package.write_text(json.dumps(described), encoding="utf-8")
    searches = ["initial/scopus.ris,lunch,1", "april/scopus.ris,lunch,3"]
    rows(root / SEARCHES, lambda lines: [*lines, *searches])


def _heading(root: Path) -> None:
    path = root / RECORDS / "register.csv"
    header, rest = path.read_text(encoding="utf-8").split("\n", 1)
    path.write_text(f"{header},Bemerkung\n" + rest.replace("\n", ",\n"), encoding="utf-8")


def _other_completion(root: Path) -> None:
    package = root / "data/datapackage.json"
    described = json.loads(package.read_text(encoding="utf-8"))
    for resource in described["resources"]:
        if resource["name"] == "records_register":
            resource["kind"] = "completion"
    package.write_text(json.dumps(described), encoding="utf-8")
    replace(root / SEARCHES, "meals in schools,18", "meals in schools,17")


def _neither(root: Path) -> None:
    package = root / "data/datapackage.json"
    described = json.loads(package.read_text(encoding="utf-8"))
    (root / RECORDS / "new.ris").write_text("TY  - JOUR\nTI  - Soup\nER  - \n", "utf-8")
    described["resources"].append({"name": "new", "path": "literature/records/new.ris"})
    package.write_text(json.dumps(described), encoding="utf-8")


OMITTED: list[tuple[str, Callable[[Path], object], list[str]]] = [
    (
        "a third coder",
        _third_coder,
        [
            "literature/coding.csv, column 'coder': 'Ann' counts nowhere, in 1 row: tables "
            "show what coder_1 coded, and agreement compares it with coder_2"
        ],
    ),
    (
        "a third reviewer",
        _third_reviewer,
        [
            "literature/screening.csv, column 'reviewer': 'Ann' counts nowhere, in 1 row: "
            "reviewer_1 screened these records too, and agreement compares that with reviewer_2"
        ],
    ),
    (
        "a record that another coder coded alone",
        _shared_work,
        [
            "'Ann' counts nowhere",
            "1 included work without any code, counted as not stated; their records: database-0004",
            "1 record of these coded by Ann alone; tables show the codes of coder_1",
        ],
    ),
    (
        "a work without a theme",
        lambda root: rows(
            root / CODING,
            lambda lines: [x for x in lines if "database-0004," not in x or ",theme," not in x],
        ),
        [
            "literature/coding.csv: 1 included work without a code of theme, counted as not "
            "stated; their records: database-0004"
        ],
    ),
    (
        "a record that nobody screened",
        lambda root: rows(root / SCREENING, without("database-0001,")),
        [
            "literature/screening.csv: 1 record not screened by anybody (1 with codes): "
            "database-0001"
        ],
    ),
    (
        "a work that nobody has decided on",
        _split_opinions,
        [
            "literature/screening_adjudication.csv: 1 work awaiting adjudication, neither included "
            "nor excluded: reviewers disagree, and no row here settles it; their records: "
            "database-0004"
        ],
    ),
    (
        "an adjudication against what everybody said",
        lambda root: rows(
            root / "data/literature/screening_adjudication.csv",
            lambda lines: [*lines, "database-0001,exclude,not_school_meals,reviewer_1,"],
        ),
        [
            "literature/screening_adjudication.csv: 1 record adjudicated 'exclude' although "
            "everybody who screened a record of the work said 'include'; often it is the wrong "
            "record: database-0001"
        ],
    ),
    (
        "two exports of one file name",
        _one_name,
        [
            "literature/records/initial/scopus.ris, row 1: has 1 entry mended to be read: ",
            "literature/records/april/scopus.ris, row 1: has 1 entry mended to be read: ",
            "literature/searches.csv, column 'records_file': 'april/scopus.ris' has 1 record, but "
            "its rows keep 3 (records_kept)",
            "literature/screening.csv: 2 records not screened by anybody: april-1, initial-1",
        ],
    ),
    (
        "an impossible year",
        lambda root: replace(root / RECORDS / "database.ris", "PY  - 2010", "PY  - 20199", 1),
        [
            "literature/records/database.ris, row 1: has 1 entry mended to be read: no "
            "possible year in the date; kept in extra"
        ],
    ),
    (
        "an unknown heading",
        _heading,
        ["literature/records/register.csv, row 1: column 'Bemerkung' is not recognised"],
    ),
    (
        "a search that kept another number",
        lambda root: replace(root / SEARCHES, "meals AND policy,20", "meals AND policy,19"),
        [
            "literature/searches.csv, column 'records_file': 'database.ris' has 27 records, but "
            "its rows keep 26 (records_kept)"
        ],
    ),
    (
        "an export that no search found",
        lambda root: rows(root / SEARCHES, without("register.csv")),
        [
            "literature/searches.csv, column 'records_file': 'register.csv' is in no row, so "
            "nobody learns what was searched for its records; the PRISMA flow shows them among "
            "those of topic searches, by `kind` in datapackage.json"
        ],
    ),
    (
        "a completion search that kept another number",
        _other_completion,
        [
            "literature/searches.csv, column 'records_file': 'register.csv' has 18 records, but "
            "its rows keep 17 (records_kept)"
        ],
    ),
    (
        "a described file that is neither table nor export",
        _neither,
        ["datapackage.json: 'new' is read by nothing: it has no `schema`, as tables have, nor"],
    ),
    (
        "a submission that nobody judged",
        lambda root: [
            rows(root / f"data/consultation/{name}.csv", without("ex-001,"))
            for name in ("relevance", "segments")
        ],
        [
            "consultation/relevance.csv: 1 submission without a verdict of coder_1, counted as "
            "neither relevant nor irrelevant: ex-001"
        ],
    ),
    (
        "a relevant submission without segments",
        lambda root: rows(root / "data/consultation/segments.csv", without("ex-001,coder_1,")),
        [
            "consultation/segments.csv: 1 submission that coder_1 found relevant, without any "
            "segment: ex-001"
        ],
    ),
    (
        "a point between thousands",
        lambda root: replace(root / "data/indicators/indicators.csv", ",1235000,", ",1.230,"),
        [
            "indicators/indicators.csv, row 3, column 'value': '1.230' is read as 1.23; if it "
            "means thousands, write it without points"
        ],
    ),
]


@pytest.mark.parametrize(("act", "said"), [pytest.param(*case[1:], id=case[0]) for case in OMITTED])
def test_what_no_table_counts_is_noted(
    project: Path, act: Callable[[Path], object], said: list[str]
) -> None:
    # The example has codes to spare.
    before = {str(note) for note in list_omissions(load_review(project))}
    assert all("is used by no data" in note for note in before)
    act(project)
    notes = {str(note) for note in list_omissions(load_review(project))} - before
    assert len(notes) == len(said)
    for words in said:
        assert any(words in note for note in notes), notes


def _read_in_full(root: Path) -> None:
    """Exclude in full text what everybody included by its title: nobody was contradicted."""
    label = "{label: Not about school meals"
    replace(root / "data/codebook.yaml", label, f"{label}, stage: full_text")
    rows(
        root / "data/literature/screening_adjudication.csv",
        lambda lines: [*lines, "database-0001,exclude,not_school_meals,reviewer_1,"],
    )


@pytest.mark.parametrize(
    "act",
    [
        _read_in_full,
        lambda root: replace(root / SEARCHES, "meals AND policy,20", "meals AND policy,"),
        lambda root: replace(root / "data/indicators/indicators.csv", ",1235000,", ",0.250,"),
    ],
    ids=["excluded in full text", "an unknown number of records kept", "a small decimal"],
)
def test_what_says_nothing_is_not_noted(project: Path, act: Callable[[Path], object]) -> None:
    package = project / "data/datapackage.json"
    described = json.loads(package.read_text(encoding="utf-8"))
    for resource in described["resources"]:
        for field in resource.get("schema", {}).get("fields", []):
            if field["name"] == "records_kept":
                field["constraints"].pop("required", None)
    package.write_text(json.dumps(described), encoding="utf-8")
    act(project)
    notes = [str(note) for note in list_omissions(load_review(project))]
    assert all("is used by no data" in note for note in notes)


def test_names_that_figures_cannot_show_are_noted_once_a_list(project: Path) -> None:
    replace(project / "data/codebook.yaml", "label: Cost and funding", "label: 成本与资金")
    replace(project / "data/codebook.yaml", "label: Nutrition", "label: 食谱")
    replace(project / "data/codebook.yaml", "label: Procurement", "label: Pořízení & شراء")
    replace(project / "data/indicators/indicators.csv", ",meals,", ",餐,")
    replace(project / "data/geographies.csv", "\nAD,Andorra,", "\nAD,安道尔,")
    notes = [str(note) for note in list_omissions(load_review(project))]
    boxes = "letters that figures and the PDF show as boxes"
    assert {note for note in notes if "boxes" in note} == {
        f"codebook.yaml, column 'theme': 食谱, 成本与资金 have {boxes}",
        f"geographies.csv, column 'label': 安道尔 has {boxes}",
        f"indicators/indicators.csv, column 'unit': 餐 has {boxes}",
    }


def test_themes_without_a_colour_are_noted_on_one_line(project: Path) -> None:
    more = "".join(f"  extra_{at}: {{label: Extra {at}, definition: D.}}\n" for at in range(30))
    replace(project / "data/codebook.yaml", "\nthemes:", f"\nthemes:\n{more}  #")
    (note,) = [str(note) for note in list_omissions(load_review(project)) if "grey" in str(note)]
    assert note.startswith("codebook.yaml, column 'theme': extra_")
    assert note.endswith(" in all) are drawn in grey, for there are no more colours that differ")


def test_a_project_without_an_export_is_told_where_one_is_described(project: Path) -> None:
    package = project / "data/datapackage.json"
    described = json.loads(package.read_text(encoding="utf-8"))
    kept = [item for item in described["resources"] if item.get("role") != "records"]
    package.write_text(json.dumps(described | {"resources": kept}), encoding="utf-8")
    for export in (project / RECORDS).iterdir():
        export.unlink()
    with pytest.raises(InputError) as error:
        load_review(project)
    assert "datapackage.json: describes no search export" in str(error.value)


def test_a_check_does_not_say_that_nothing_was_forgotten(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _third_coder(project)
    monkeypatch.chdir(project)
    monkeypatch.setattr("oso_analysis.inspection._notebooks", lambda _: [])
    assert main(["check"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[-2].startswith("note: literature/coding.csv, column 'coder': 'Ann'")
    assert said[-1].endswith("the notes above say what may have been forgotten.")
