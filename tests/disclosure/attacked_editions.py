"""Editions to attack: generated consultations, the real one, and their tables."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
from attacker import DECIMALS, Printed

from oso_analysis.disclosure import CountTable, Protected

DATA = Path(__file__).parents[2] / "data" / "consultation"
UNIT_ID = {"n_submissions": "submission_id", "n_respondents": "respondent"}


def tabulate(frame: pd.DataFrame, dims: list[str], unit: str) -> pd.DataFrame:
    """Count by `dims` with all margins and all noughts, the slow and plain way."""
    rows = []
    for labels in product(*([*sorted(frame[d].unique()), "total"] for d in dims)):
        part = frame
        for dim, label in zip(dims, labels, strict=True):
            if label != "total":
                part = part[part[dim] == label]
        n = part[UNIT_ID[unit]].nunique() if unit in UNIT_ID else len(part)
        rows.append((*labels, n))
    return pd.DataFrame(rows, columns=[*dims, unit])


def with_shares(table: pd.DataFrame, kept: list[str], dims: list[str], unit: str) -> pd.DataFrame:
    """Add the column of bases (the total over all dimensions but `kept`) and of percentages."""
    whole = table
    for dim in dims:
        if dim not in kept:
            whole = whole[whole[dim] == "total"]
    whole = whole[[*kept, unit]].rename(columns={unit: "n_base"})
    table = table.merge(whole, on=kept) if kept else table.assign(n_base=int(whole.n_base.iloc[0]))
    share = (100 * table[unit] / table["n_base"].where(table["n_base"] > 0)).round(DECIMALS)
    return table.assign(percent=share.fillna(0.0))


def themes_by(
    segments: pd.DataFrame, submissions: pd.DataFrame, dims: list[str], unit: str = "n_submissions"
) -> pd.DataFrame:
    """Count submissions by theme (several each) and `dims`; the total is all `submissions`."""
    table = tabulate(segments, ["theme", *dims], unit)
    whole = tabulate(submissions, dims, unit) if dims else None
    for row in table.index[table["theme"] == "total"]:
        if whole is None:
            table.loc[row, unit] = submissions[UNIT_ID[unit]].nunique()
            continue
        same = (whole[dims] == table.loc[row, dims]).all(axis=1)
        found = whole.loc[same, unit]
        table.loc[row, unit] = int(found.iloc[0]) if len(found) else 0
    return table


def consultation(seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return submissions and segments of an invented consultation."""
    random = np.random.default_rng(seed)
    n = int(random.integers(6, 160))

    def draw(name: str, k: int) -> list[str]:
        weights = random.dirichlet(np.full(k, random.choice([0.4, 1.0, 3.0])))
        return [f"{name}{i}" for i in random.choice(k, size=n, p=weights)]

    submissions = pd.DataFrame(
        {
            "submission_id": [f"s{i}" for i in range(n)],
            "sector": draw("sector", int(random.integers(2, 6))),
            "country": draw("country", int(random.integers(2, 5))),
            "year": draw("year", int(random.integers(2, 4))),
            "relevant": np.where(random.random(n) < random.uniform(0.5, 1), "yes", "no"),
        }
    )
    # Some respondents send two submissions; sector and country are the respondent's.
    submissions["respondent"] = submissions["submission_id"]
    for i in range(1, n):
        if random.random() < 0.1:
            submissions.loc[i, ["respondent", "sector", "country"]] = submissions.loc[
                i - 1, ["respondent", "sector", "country"]
            ].to_numpy()
    rows = []
    for line in submissions[submissions["relevant"] == "yes"].itertuples():
        raised = [t for t in range(3) if random.random() < (0.7, 0.35, 0.1)[t]]
        for theme in raised or [0]:
            for _ in range(int(random.integers(1, 4))):
                kind = "issue" if random.random() < 0.4 else "solution"
                rows.append((line.submission_id, f"theme{theme}", kind))
    segments = pd.DataFrame(rows, columns=["submission_id", "theme", "kind"])
    return submissions, segments.merge(submissions, on="submission_id")


def generated(seed: int) -> dict[str, CountTable]:
    """Return the tables of an edition on an invented consultation, a different choice each."""
    submissions, segments = consultation(seed)
    random = np.random.default_rng(10_000 + seed)
    relevant = submissions[submissions["relevant"] == "yes"]
    tables: dict[str, CountTable] = {}

    def plain(name: str, dims: list[str], unit: str = "n_submissions") -> None:
        tables[name] = CountTable(tabulate(submissions, dims, unit), unit, dims)

    for dims in (
        ["sector"],
        ["country"],
        ["sector", "country"],
        ["sector", "year"],
        ["country", "year"],
        ["sector", "relevant"],
    ):
        if random.random() < 0.6:
            plain("-".join(dims), dims)
    if random.random() < 0.4:
        dims = ["sector", "country"]
        table = with_shares(
            tabulate(submissions, dims, "n_submissions"), ["sector"], dims, "n_submissions"
        )
        tables["shares"] = CountTable(
            table,
            "n_submissions",
            dims,
            bases={"n_base": ["sector"]},
            percentages={"percent": ["sector"]},
        )
    if random.random() < 0.4:
        # A percentage of a total that is printed nowhere else.
        table = with_shares(
            tabulate(submissions, ["country", "year"], "n_submissions"),
            ["country"],
            ["country", "year"],
            "n_submissions",
        )
        table = table[table["year"] != "total"]
        tables["row-shares"] = CountTable(
            table,
            "n_submissions",
            ["country", "year"],
            bases={"n_base": ["country"]},
            percentages={"percent": ["country"]},
        )
    if random.random() < 0.4 and submissions["sector"].nunique() > 2:
        names = sorted(submissions["sector"].unique())
        groups = {"broad A": names[:2], "broad B": names[2:]}
        coarse = {name: label for label, members in groups.items() for name in members}
        frame = submissions.assign(broad=submissions["sector"].map(coarse))
        tables["broad"] = CountTable(
            tabulate(frame, ["broad", "country"], "n_submissions"),
            "n_submissions",
            {"broad": "sector", "country": "country"},
            groups={"sector": groups},
        )
    if random.random() < 0.5:
        tables["relevant-sector"] = CountTable(
            tabulate(relevant, ["sector"], "n_submissions"),
            "n_submissions",
            ["sector"],
            where={"relevant": "yes"},
        )
    if random.random() < 0.4:
        plain("respondents-sector", ["sector"], "n_respondents")
    if len(segments):
        if random.random() < 0.7:
            for dims in (["sector"], []):
                table = themes_by(segments, relevant, dims)
                table = with_shares(table, dims, ["theme", *dims], "n_submissions")
                tables["-".join(["theme", *dims])] = CountTable(
                    table,
                    "n_submissions",
                    ["theme", *dims],
                    multi_label=["theme"],
                    where={"relevant": "yes"},
                    bases={"n_base": dims},
                    percentages={"percent": dims},
                )
        for dims in (["theme", "kind"], ["sector", "kind"], ["sector", "theme"]):
            if random.random() < 0.4:
                tables["segments-" + "-".join(dims)] = CountTable(
                    tabulate(segments, dims, "n_segments"),
                    "n_segments",
                    dims,
                    where={"relevant": "yes"},
                )
    if not tables:
        plain("sector-country", ["sector", "country"])
    return tables


def awkward(seed: int) -> dict[str, CountTable]:
    """Return an edition with a table cut short, a theme-by-theme table and restricted tables."""
    submissions, segments = consultation(seed)
    random = np.random.default_rng(20_000 + seed)
    submissions["language"] = random.choice(["en", "fr", "de", "ga"], len(submissions))
    relevant = submissions[submissions["relevant"] == "yes"]
    languages = tabulate(submissions, ["language"], "n_submissions")
    top = languages.sort_values("n_submissions", ascending=False).head(3)
    raised = segments[["submission_id", "theme"]].drop_duplicates()
    pairs = raised.merge(raised.rename(columns={"theme": "with"}), on="submission_id")
    together = pairs.groupby(["theme", "with"]).size().unstack(fill_value=0).stack()
    late = submissions[submissions["year"] == "year1"]
    return {
        "sector": CountTable(
            tabulate(submissions, ["sector"], "n_submissions"), "n_submissions", ["sector"]
        ),
        "languages": CountTable(top, "n_submissions", ["language"], complete=False),
        "late": CountTable(
            tabulate(late, ["sector"], "n_submissions"),
            "n_submissions",
            ["sector"],
            where={"year": "year1"},
        ),
        "together": CountTable(
            together.rename("n_submissions").reset_index(),
            "n_submissions",
            {"theme": "theme", "with": "theme"},
            multi_label=["theme"],
            where={"relevant": "yes"},
        ),
        "theme-sector": CountTable(
            themes_by(segments, relevant, ["sector"]),
            "n_submissions",
            ["theme", "sector"],
            multi_label=["theme"],
            where={"relevant": "yes"},
        ),
    }


def printed(tables: dict[str, CountTable], protected: Protected) -> dict[str, Printed]:
    """Return what the report shows, and what its reader knows, and nothing else."""
    return {
        name: Printed(
            frame=protected.display(name),
            count=table.count,
            dimensions=table.columns,
            multi_label=frozenset(table.multi_label),
            where={key: str(value) for key, value in table.where.items()},
            groups={v: {k: list(m) for k, m in g.items()} for v, g in table.groups.items()},
            percentages={key: list(kept) for key, kept in table.percentages.items()},
            bases={key: list(kept) for key, kept in table.bases.items()},
            complete=table.complete,
        )
        for name, table in tables.items()
    }


def real_frames() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the real submissions (with relevance) and coder 1's segments."""
    submissions = pd.read_csv(DATA / "submissions.csv", dtype="str")
    submissions = submissions.rename(columns={"respondent_sector": "sector"}).fillna("not_stated")
    relevance = pd.read_csv(DATA / "relevance.csv", dtype="str")
    first = relevance[relevance["coder"] == "coder_1"]
    submissions = submissions.merge(first[["submission_id", "relevant"]], on="submission_id")
    segments = pd.read_csv(DATA / "segments.csv", dtype="str").fillna("not_stated")
    segments = segments[segments["coder"] == "coder_1"].merge(submissions, on="submission_id")
    return submissions, segments[segments["relevant"] == "yes"]


def real() -> dict[str, CountTable]:
    """Return an edition of sixteen tables on the real consultation data."""
    submissions, segments = real_frames()
    relevant = submissions[submissions["relevant"] == "yes"]
    tables = {}
    for dims in (
        ["sector"],
        ["country"],
        ["year"],
        ["consultation"],
        ["sector", "country"],
        ["sector", "year"],
        ["country", "year"],
    ):
        tables["-".join(dims)] = CountTable(
            tabulate(submissions, dims, "n_submissions"), "n_submissions", dims
        )
    for dims in (["sector"], ["country"]):
        tables["relevant-" + dims[0]] = CountTable(
            tabulate(relevant, dims, "n_submissions"),
            "n_submissions",
            dims,
            where={"relevant": "yes"},
        )
    tables["respondents-sector"] = CountTable(
        tabulate(submissions, ["sector"], "n_respondents"),
        "n_respondents",
        ["sector"],
        # A respondent is in several rows if its submissions give different sectors.
        multi_label=["sector"],
    )
    for dims in ([], ["sector"]):
        table = with_shares(
            themes_by(segments, relevant, dims), dims, ["theme", *dims], "n_submissions"
        )
        tables["-".join(["theme", *dims])] = CountTable(
            table,
            "n_submissions",
            ["theme", *dims],
            multi_label=["theme"],
            where={"relevant": "yes"},
            bases={"n_base": dims},
            percentages={"percent": dims},
        )
    for dims in (["theme", "kind"], ["sector", "kind"], ["theme", "outcome"], ["sector", "theme"]):
        tables["segments-" + "-".join(dims)] = CountTable(
            tabulate(segments, dims, "n_segments"),
            "n_segments",
            dims,
            where={"relevant": "yes"},
        )
    return tables
