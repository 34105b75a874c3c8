"""What the reader of a published edition has in hand: its CSV files and the numbers in its prose.

Nothing here is imported from the package: the files are read as a stranger would read them.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pandas as pd
from attacker import MARK, Attacker, Finding, Printed

RELEVANT = ["without_segments", "with_segments"]
CODED: dict[str, str | list[str]] = {"stage": "with_segments"}
#: Everybody knows that a submission with a segment raises at least one theme.
LABELLED = {"theme": {"stage": "with_segments"}}


def read_csv(folder: Path, exhibit: str) -> pd.DataFrame | None:
    """Return an exhibit's data as text; None where the edition has no such exhibit."""
    found = sorted(folder.glob(f"*/[0-9][0-9]-{exhibit}.csv"))
    if not found:
        return None
    return pd.read_csv(found[0], dtype="str", keep_default_na=False)


def prose_values(folder: Path, notebook: str) -> dict[str, Any]:
    """Return the numbers that a notebook's prose was given, by name."""
    values: dict[str, Any] = {}
    text = (folder / "notebooks" / notebook).read_text(encoding="utf-8")
    for cell in json.loads(text)["cells"]:
        for output in cell.get("outputs", []):
            for kind, record in output.get("data", {}).items():
                if kind.endswith("prose+json"):
                    values |= record["values"]
    return values


def _counts(frame: pd.DataFrame, column: str, dims: list[str], unit: str, **more: Any) -> Printed:
    kept = [*dims, column, *more.get("bases", {}), *more.get("percentages", {})]
    shown = frame[list(dict.fromkeys(kept))].rename(columns={column: unit})
    for share in more.get("percentages", {}):
        # A share of nothing is not printed.
        shown[share] = shown[share].where(shown[share] != "", MARK)
    return Printed(shown, unit, {dim: dim for dim in dims}, **more)


def printed_tables(folder: Path, values: dict[str, Any]) -> dict[str, Printed]:
    """Return every table of counts of answers that an edition published.

    Parameters
    ----------
    folder : Path
        The edition.
    values : dict
        Numbers of its prose.
    """
    tables: dict[str, Printed] = {}
    flow = read_csv(folder, "submissions-flow")
    assert flow is not None
    flow["stage"] = flow["stage"].replace("collected", "total")
    tables["flow"] = _counts(
        flow, "n_submissions", ["stage"], "n_submissions", groups={"stage": {"relevant": RELEVANT}}
    )
    for exhibit, dim in (
        ("submissions-by-sector", "respondent_sector"),
        ("submissions-by-country", "country"),
        ("submissions-by-year", "year"),
    ):
        frame = read_csv(folder, exhibit)
        assert frame is not None
        share = {"percent_of_submissions": []}
        tables[exhibit] = _counts(frame, "n_submissions", [dim], "n_submissions", percentages=share)
        if "n_relevant_submissions" in frame:
            tables[f"{exhibit}-relevant"] = _counts(
                frame,
                "n_relevant_submissions",
                [dim],
                "n_submissions",
                where={"stage": RELEVANT},
            )
        assert "n_respondents" not in frame
    heat = read_csv(folder, "themes-by-sector")
    if heat is not None:
        tables["heat"] = _counts(
            heat,
            "n_submissions",
            ["theme", "respondent_sector"],
            "n_submissions",
            multi_label=frozenset({"theme"}),
            where=CODED,
            bases={"n_submissions_of_sector": ["respondent_sector"]},
            percentages={"percent_of_sector_submissions": ["respondent_sector"]},
        )
    for exhibit in ("sectors-per-theme", "theme-slopes", "themes-compared"):
        frame = read_csv(folder, exhibit)
        if frame is None:
            continue
        for unit, multi in (("n_submissions", {"theme"}), ("n_segments", set())):
            more: dict[str, Any] = {}
            if exhibit != "sectors-per-theme":
                noun = unit.removeprefix("n_")
                more = {
                    "bases": {f"{unit}_with_theme": []},
                    "percentages": {f"percent_of_{noun}": []},
                }
                _no_ranks(frame, unit)
            tables[f"{exhibit} {unit}"] = _counts(
                frame, unit, ["theme"], unit, multi_label=frozenset(multi), where=CODED, **more
            )
    _segments(folder, tables, values)
    if isinstance(values.get("respondents"), int):
        frame = pd.DataFrame({"n_respondents": [values["respondents"]]})
        tables["respondents"] = Printed(frame, "n_respondents", {}, complete=False)
    return tables


def _segments(folder: Path, tables: dict[str, Printed], values: dict[str, Any]) -> None:
    solutions: dict[str, str | list[str]] = {**CODED, "kind": "solution"}
    kinds = {"issue": "issues", "solution": "solutions", "total": "n_segments"}
    rows = [
        (kind, str(n) if isinstance(n := values[name], int) else MARK)
        for kind, name in kinds.items()
    ]
    frame = pd.DataFrame(rows, columns=["kind", "n_segments"])
    tables["kinds"] = _counts(frame, "n_segments", ["kind"], "n_segments", where=CODED)
    for exhibit, dims, where, share in (
        ("issues-and-solutions", ["theme", "kind"], CODED, {"percent_of_segments": []}),
        ("solutions-by-outcome", ["outcome"], solutions, {"percent_of_segments": []}),
        ("outcomes-summary", ["outcome"], solutions, {"percent_of_segments": []}),
        (
            "outcome-trace",
            ["outcome", "theme"],
            solutions,
            {"percent_of_outcome_segments": ["outcome"]},
        ),
    ):
        frame = read_csv(folder, exhibit)
        if frame is not None:
            tables[exhibit] = _counts(
                frame, "n_segments", dims, "n_segments", where=where, percentages=share
            )
    summary, trace = read_csv(folder, "outcomes-summary"), read_csv(folder, "outcome-trace")
    if summary is not None and trace is not None:
        # The themes named in a cell of text are counts, too.
        rows = [
            (outcome, label, n)
            for outcome, text in zip(summary["outcome"], summary["themes"], strict=True)
            for label, n in re.findall(r"(?:, )?(.+?) \((\d+|\[c\])\)", text)
        ]
        codes = dict(zip(trace["theme_label"], trace["theme"], strict=True))
        named = pd.DataFrame(rows, columns=["outcome", "theme", "n_segments"])
        named["theme"] = named["theme"].map(codes)
        tables["themes in words"] = _counts(
            named, "n_segments", ["outcome", "theme"], "n_segments", where=solutions, complete=False
        )


def _no_ranks(frame: pd.DataFrame, unit: str) -> None:
    """Check that no place is told while a count is withheld, nor a difference of its share."""
    hidden = frame[unit].eq(MARK)
    noun = unit.removeprefix("n_")
    places = [f"rank_{noun}"]
    if unit == "n_submissions":
        places += ["rank_difference", "rank_difference_low", "rank_difference_high"]
        places += ["percent_difference_low", "percent_difference_high", "divergence"]
        assert frame.loc[hidden, "percent_difference"].eq(MARK).all()
    if hidden.any():
        assert frame[places].eq(MARK).all(axis=None)


def attack_edition(
    folder: Path, values: dict[str, Any], interval: int, *, labelled: bool = True
) -> list[Finding]:
    """Attack all of an edition at once; return what was narrowed to fewer than `interval`."""
    tables = printed_tables(folder, values)
    # Years and countries are printed by themselves, so they are tied to the rest by their sum.
    split = [{"country"}, {"year"}]
    return Attacker(tables, split, LABELLED if labelled else None).attack(interval)
