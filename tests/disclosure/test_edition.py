"""Whole editions as published, attacked through their files and prose."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import attacker
import numpy as np
import pandas as pd
import pytest
from published_edition import attack_edition, printed_tables, prose_values

from oso_analysis import exhibits
from oso_analysis.codebook import WITHHELD, Codebook, read_codebook
from oso_analysis.consultation.respondents import Consultation, prepare_consultation
from oso_analysis.disclosure.consultation import PrintedCounts, protect_consultation
from oso_analysis.errors import InputError
from oso_analysis.scan import scan_paths
from oso_analysis.scan.texts import texts_in
from oso_analysis.tables import consultation as count
from oso_analysis.tables import outcomes, participation
from oso_analysis.tables.comparison import compare_themes
from oso_analysis.tables.withheld import numbers

ROOT = Path(__file__).parents[2]
THRESHOLD = 5
NOTEBOOKS = ("05_consultation_themes.ipynb", "06_evidence_and_consultation.ipynb")


@pytest.fixture(scope="module")
def codebook() -> Codebook:
    return read_codebook(ROOT / "data" / "codebook.yaml")


@pytest.fixture(autouse=True)
def _exact_percentages(monkeypatch: pytest.MonkeyPatch) -> None:
    # The CSV files hold ten digits.
    monkeypatch.setattr(attacker, "DECIMALS", 6)


def real() -> Consultation:
    frames = [
        pd.read_csv(ROOT / "data" / "consultation" / f"{name}.csv", dtype="str")
        for name in ("submissions", "relevance", "segments")
    ]
    frames[2]["segment"] = frames[2]["segment"].astype("Int64")
    return prepare_consultation(*frames)


def invented(seed: int, codebook: Codebook) -> Consultation:
    """Return a consultation that nobody held."""
    random = np.random.default_rng(seed)
    n = int(random.integers(8, 90))

    def draw(codes: list[str]) -> list[str]:
        return list(random.choice(codes, n, p=random.dirichlet(np.full(len(codes), 0.8))))

    submissions = pd.DataFrame(
        {
            "submission_id": [f"s{i:03}" for i in range(n)],
            "respondent": [f"Body {random.integers(n)}" for _ in range(n)],
            "respondent_sector": draw([*codebook["respondent_sector"]][:4]),
            "country": draw(["GB", "IE", "US"]),
            "consultation": "C",
            "held_by": "H",
            "year": pd.Series(draw(["2018", "2019", "2021"]), dtype="str").where(
                random.random(n) > 0.1
            ),
            "source_url": "https://example.org",
        }
    )
    relevance = submissions[["submission_id"]].assign(
        coder="coder_1", relevant=np.where(random.random(n) < 0.8, "yes", "no")
    )
    rows = []
    for one in relevance.loc[relevance["relevant"] == "yes", "submission_id"]:
        for number in range(int(random.integers(0, 5))):
            kind = random.choice(["issue", "solution"])
            theme = [*codebook["theme"]][int(random.integers(4) * random.random())]
            outcome = random.choice([*codebook["outcome"]]) if kind == "solution" else None
            outcome = outcome if random.random() < 0.6 else None
            rows.append((one, "coder_1", number + 1, theme, kind, outcome, "Words."))
    columns = ["submission_id", "coder", "segment", "theme", "kind", "outcome", "paraphrase"]
    segments = pd.DataFrame(rows, columns=columns).astype({"outcome": "str"})
    return prepare_consultation(submissions, relevance, segments)


def tables_of(
    consultation: Consultation, told: PrintedCounts, codebook: Codebook
) -> dict[str, pd.DataFrame]:
    """Return the tables of both notebooks as they are printed."""
    submissions, segments = consultation.submissions, consultation.segments
    works = pd.DataFrame(
        [(f"w{i}", "theme", code) for i, code in enumerate(codebook["theme"])],
        columns=["work_id", "facet", "code"],
    )
    sectors = count.count_sectors_per_theme(segments, codebook)
    sectors = sectors[sectors["kind"].eq("any")] if told.on else sectors
    compared = compare_themes(works, segments, codebook, n_resamples=100)
    counted = {
        "submissions-flow": participation.trace_submissions(submissions),
        "submissions-by-sector": participation.count_submissions(
            submissions, "respondent_sector", codebook
        ),
        "submissions-by-country": participation.count_submissions(submissions, "country", codebook),
        "submissions-by-year": participation.count_submissions(submissions, "year", codebook),
        "issues-and-solutions": count.count_segments(segments, ["theme", "kind"], codebook),
        "themes-by-sector": count.cross_sectors(segments, codebook),
        "sectors-per-theme": sectors,
        "solutions-by-outcome": count.count_outcomes(segments, codebook),
        "themes-compared": compared,
        "outcomes-summary": outcomes.summarise_outcomes(segments, works, codebook),
        "outcome-trace": outcomes.trace_outcomes(segments, works, codebook),
        "themes-raised": count.count_segments(segments, ["theme"], codebook),
        "kinds": count.count_segments(segments, ["kind"], codebook),
    }
    return {name: told.table(name, frame) for name, frame in counted.items()}


def publish(
    folder: Path, consultation: Consultation, told: PrintedCounts, codebook: Codebook
) -> dict[str, int | str]:
    """Write the tables as an edition does; return the numbers of its prose."""
    for number, (name, frame) in enumerate(tables_of(consultation, told, codebook).items()):
        if name in {"themes-raised", "kinds"}:
            continue
        record = exhibits.table(
            frame, id=name, title="T", counting_unit="answers", n=None, source="S"
        ).record["data"]
        names = [column["name"] for column in record["schema"]]
        path = folder / "tables" / f"{number:02}-{name}.csv"
        path.parent.mkdir(exist_ok=True)
        pd.DataFrame(record["rows"], columns=names).to_csv(path, index=False)
    segments = consultation.segments
    people = consultation.submissions["respondent_id"].nunique()
    shown = {
        "respondents": told.shown(people, "respondents", "total"),
        "n_segments": told.shown(len(segments), "kind", "total"),
        "issues": told.shown(int(segments["kind"].eq("issue").sum()), "kind", "issue"),
        "solutions": told.shown(int(segments["kind"].eq("solution").sum()), "kind", "solution"),
    }
    return {name: told.said(value) for name, value in shown.items()}


def attack(
    folder: Path, consultation: Consultation, codebook: Codebook, *, secondary: bool = True
) -> int:
    told = protect_consultation(consultation, codebook, threshold=THRESHOLD, secondary=secondary)
    folder.mkdir()
    values = publish(folder, consultation, told, codebook)
    return len(attack_edition(folder, values, THRESHOLD))


def test_invented_editions_withstand(tmp_path: Path, codebook: Codebook) -> None:
    narrowed = {
        seed: n
        for seed in (0, 1, 27)
        if (n := attack(tmp_path / str(seed), invented(seed, codebook), codebook))
    }
    assert narrowed == {}


def test_they_fall_without_secondary_suppression(tmp_path: Path, codebook: Codebook) -> None:
    beaten = [
        seed
        for seed in range(2)
        if attack(tmp_path / str(seed), invented(seed, codebook), codebook, secondary=False)
    ]
    assert beaten == [0, 1]


@pytest.mark.slow
@pytest.mark.parametrize("first", range(2, 62, 10))
def test_many_invented_editions_withstand(tmp_path: Path, codebook: Codebook, first: int) -> None:
    for seed in range(first, first + 10):
        assert not attack(tmp_path / str(seed), invented(seed, codebook), codebook), seed


@pytest.mark.slow
def test_the_real_edition_falls_without_secondary_suppression(
    tmp_path: Path, codebook: Codebook
) -> None:
    assert attack(tmp_path / "weak", real(), codebook, secondary=False) > 20


@pytest.mark.slow
def test_the_real_edition_as_the_notebooks_publish_it_withstands(tmp_path: Path) -> None:
    from functools import partial

    from oso_analysis.editions import derive, read_editions
    from oso_analysis.runner.build import Options, build_editions
    from oso_analysis.runner.workers import local_workers

    editions = read_editions(ROOT)
    edition = derive(editions.editions[editions.default], {"disclosure_threshold": THRESHOLD})
    options = Options(reports=tmp_path, remember=False)
    (outcome,) = build_editions(ROOT, [edition], options, partial(local_workers, 1, "warm", ROOT))
    assert outcome.error is None, outcome.error
    folder = tmp_path / edition.name
    values = {k: v for name in NOTEBOOKS for k, v in prose_values(folder, name).items()}
    tables = printed_tables(folder, values)
    assert sum(table.frame.eq(attacker.MARK).to_numpy().sum() for table in tables.values()) > 100
    assert attack_edition(folder, values, THRESHOLD) == []
    record = json.loads((folder / "exhibits.json").read_text(encoding="utf-8"))
    assert record["edition"]["disclosure"].startswith("Counts from 1 to 4 are withheld")
    printed = {item["id"] for item in record["exhibits"]}
    assert not printed & {
        *("submissions-by-holder", "repeat-respondents", "paraphrases"),
        *("issue-to-outcome", "rank-differences"),
    }
    assert "coarser-groups" in printed
    # In no format does it say how far coders agree on answers; on works it does in all of them.
    for name in ("index.html", "report.pdf", "report.docx", "report.xlsx", "exhibits.json"):
        path = folder / name
        said = "".join(text for _, text in texts_in(path.read_bytes(), path.suffix))
        said = re.sub(r"\s+", " ", said)
        assert not re.search(r"\d submissions? coded by both", said), name
        assert re.search(r"\d records? coded by both", said), name
    (table,) = (folder / "tables").glob("*-agreement-by-code.csv")
    assert "consultation" not in table.read_text(encoding="utf-8")
    # Nor is anybody named where answers are counted; works, too, have organisations as authors.
    names = set(real().submissions["respondent"])
    found = scan_paths([folder / "notebooks" / name for name in NOTEBOOKS], confidential=[*names])
    found = found[~found["place"].str.contains("evidence-map|source")]
    assert found.empty, found.to_string()


def small(codebook: Codebook, threshold: int | None = THRESHOLD) -> PrintedCounts:
    return protect_consultation(invented(1, codebook), codebook, threshold=threshold)


def test_off_hands_back_the_very_tables_and_loads_no_solver() -> None:
    code = (
        "import sys, pandas as pd\n"
        "from oso_analysis.codebook import read_codebook\n"
        "from oso_analysis.disclosure.consultation import protect_consultation\n"
        "told = protect_consultation(None, None, threshold=None)\n"
        "frame = pd.DataFrame({'country': ['GB'], 'n_submissions': [1]})\n"
        "assert told.table('submissions-by-country', frame) is frame\n"
        "assert told.shown(1, 'stage', 'total') == 1\n"
        "assert told.notes(frame) == [] and told.suggest().empty\n"
        "assert told.columns(frame, {'gone': 'Gone'}) == {'gone': 'Gone'}\n"
        "sys.exit('scipy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_small_counts_are_withheld_by_hand_count(codebook: Codebook) -> None:
    # Sectors with 9, 8, 6 and 2 submissions, all relevant, each by a respondent of its own: the 2
    # are small; with the total of 25 printed, one more sector must go, the smallest that is left.
    codes = [*codebook["respondent_sector"]][:4]
    sectors = [code for code, n in zip(codes, (9, 8, 6, 2), strict=True) for _ in range(n)]
    submissions = pd.DataFrame(
        {
            "submission_id": [f"s{i:02}" for i in range(25)],
            "respondent": [f"Body {i}" for i in range(25)],
            "respondent_sector": sectors,
            "country": "GB",
            "consultation": "C",
            "held_by": "H",
            "year": "2019",
            "source_url": "https://example.org",
        }
    )
    relevance = submissions[["submission_id"]].assign(coder="coder_1", relevant="yes")
    segments = relevance[["submission_id", "coder"]].assign(
        segment=1, theme="prevention", kind="issue", outcome=pd.Series(dtype="str"), paraphrase="W"
    )
    consultation = prepare_consultation(submissions, relevance, segments)
    told = protect_consultation(consultation, codebook, threshold=THRESHOLD)
    shown = tables_of(consultation, told, codebook)
    by_sector = shown["submissions-by-sector"].set_index("respondent_sector")
    assert by_sector.loc[codes, "n_submissions"].tolist() == [9, 8, WITHHELD, WITHHELD]
    assert by_sector.loc[codes, "percent_of_submissions"].tolist()[2:] == [WITHHELD, WITHHELD]
    assert by_sector.drop(codes)["n_submissions"].eq(0).all()
    # In order of size, each would lie between its neighbours.
    assert set(by_sector.index[-2:]) == {*codes[2:]}
    heat = shown["themes-by-sector"].set_index(["theme", "respondent_sector"])
    prevention = heat.loc["prevention"].loc[codes]
    assert prevention["n_submissions"].tolist() == [9, 8, WITHHELD, WITHHELD]
    assert prevention["n_submissions_of_sector"].tolist() == [9, 8, WITHHELD, WITHHELD]
    assert told.shown(25, "stage", "total") == 25
    assert told.notes(shown["submissions-by-sector"]) == [
        "[c] = withheld to protect respondents: a small count, or one from which a small count "
        "could be worked out."
    ]
    assert told.notes(shown["submissions-by-country"]) == []
    assert told.listed(shown["submissions-by-sector"], "respondent_sector", "n_submissions")[
        -3:
    ] == ["other: 0", *(f"{code}: withheld" for code in sorted(codes[2:]))]


def test_few_respondents_make_a_count_small(codebook: Codebook) -> None:
    consultation = invented(1, codebook)
    one = consultation.submissions.assign(respondent_id="the same")
    told = protect_consultation(
        Consultation(one, consultation.segments.assign(respondent_id="the same")),
        codebook,
        threshold=THRESHOLD,
    )
    shown = told.table(
        "submissions-by-country", participation.count_submissions(one, "country", codebook)
    )
    assert shown.loc[shown["n_submissions"].ne(0), "n_submissions"].eq(WITHHELD).all()
    assert told.shown(len(one), "stage", "total") is None
    assert told.said(None) == "(withheld)"


def test_no_place_is_told_beside_a_withheld_count(codebook: Codebook) -> None:
    consultation = invented(1, codebook)
    shown = tables_of(consultation, small(codebook), codebook)["themes-compared"]
    assert shown["n_submissions"].eq(WITHHELD).any()
    for column in ("rank_submissions", "rank_difference", "divergence", "percent_difference_low"):
        assert shown[column].eq(WITHHELD).all()
    assert not shown["rank_works"].eq(WITHHELD).any()
    plain = numbers(shown)
    assert plain["n_submissions"].isna().any()
    assert plain["n_submissions"].dtype == "float64"


def test_what_was_not_protected_is_refused(codebook: Codebook) -> None:
    told = small(codebook)
    counted = participation.count_submissions(invented(1, codebook).submissions, "year", codebook)
    with pytest.raises(InputError, match="holds numbers that are not protected"):
        told.table("submissions-by-year", counted.assign(median=1.5))
    with pytest.raises(InputError, match="counts something else than was protected"):
        told.table("submissions-by-year", counted.assign(n_submissions=counted.n_submissions + 1))
    with pytest.raises(InputError, match="did you mean 'submissions-by-year'"):
        told.table("submissions-by-years", counted)


def test_a_proposal_tells_nothing_that_is_withheld(codebook: Codebook) -> None:
    told = small(codebook)
    assert not told.suggest().empty
    random = np.random.default_rng(0)
    other = {
        name: replace(
            table,
            frame=table.frame.assign(
                n=table.frame["n"].where(
                    ~told.masks[name]["n"].to_numpy(), random.integers(1, 99, len(table.frame))
                )
            ),
        )
        for name, table in told.cells.items()
    }
    pd.testing.assert_frame_equal(told.suggest(), replace(told, cells=other).suggest())


def test_an_exhibit_prints_and_stores_the_mark(codebook: Codebook) -> None:
    frame = pd.DataFrame(
        {"who": ["a", "b"], "n_submissions": [1200, WITHHELD], "percent": [2.5, WITHHELD]}
    )
    exhibit = exhibits.table(frame, id="t", title="T", counting_unit="answers", n=None, source="S")
    assert exhibit.printed.rows == (("a", "1,200", "2.5"), ("b", "[c]", "[c]"))
    assert exhibit.printed.numeric == (False, True, True)
    assert not exhibit.printed.has_missing
    assert exhibit.record["data"]["rows"] == [["a", 1200, 2.5], ["b", "[c]", "[c]"]]


def test_drawings_mark_what_is_withheld(codebook: Codebook) -> None:
    from matplotlib.text import Text

    from oso_analysis.figures import consultation as draw
    from oso_analysis.figures.comparison import plot_theme_slopes
    from oso_analysis.figures.outcomes import plot_outcome_trace

    consultation = invented(2, codebook)
    shown = tables_of(
        consultation, protect_consultation(consultation, codebook, threshold=5), codebook
    )

    def marks(figure: object) -> int:
        texts = [item.get_text() for item in figure.findobj(Text)]  # type: ignore[attr-defined]
        assert not any("nan" in text for text in texts)
        return sum(text.count(WITHHELD) for text in texts)

    def hidden(name: str, column: str) -> int:
        return int(shown[name][column].eq(WITHHELD).sum())

    for by in ("respondent_sector", "country", "year"):
        name = f"submissions-by-{by.removeprefix('respondent_')}"
        assert marks(draw.plot_submissions(shown[name], by)) == hidden(name, "n_submissions")
    segments = draw.plot_issues_and_solutions(shown["issues-and-solutions"])
    assert marks(segments) == hidden("issues-and-solutions", "n_segments") > 0
    heat = shown["themes-by-sector"]
    bases = heat.drop_duplicates("respondent_sector")["n_submissions_of_sector"]
    n_marks = hidden("themes-by-sector", "n_submissions") + int(bases.eq(WITHHELD).sum())
    assert marks(draw.plot_sector_heatmap(heat)) == n_marks > 0
    outcome = draw.plot_outcomes(shown["solutions-by-outcome"])
    assert marks(outcome) == hidden("solutions-by-outcome", "n_segments")
    trace = plot_outcome_trace(shown["outcome-trace"])
    assert marks(trace) == hidden("outcome-trace", "n_segments") > 0
    compared = shown["themes-compared"].astype({"percent_of_submissions": object})
    compared.loc[[0, 3], "percent_of_submissions"] = WITHHELD
    slopes = plot_theme_slopes(compared)
    assert marks(slopes) == 2
