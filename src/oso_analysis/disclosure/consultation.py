"""All counts of answers that an edition prints, protected in one call.

The cells behind every table and figure on the consultations are counted here once, protected
jointly, and each exhibit's table is then marked by them. So whatever notebook prints a table, the
same count is withheld everywhere, and no exhibit adds up to what another withholds.

Protected are counts of submissions (by stage, sector, country, year and theme, and by theme and
sector) and of segments (by kind, theme and outcome, and by theme with kind or outcome), with their
percentages. A count is small, too, if fewer respondents than the threshold are behind it. What
cannot be protected soundly is not printed while a threshold is on: respondents by group (their
number is known in total only), submissions by kind or outcome (a submission can carry several pairs
of theme and kind, so no margins tie them down), and whatever names a respondent or a holder.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from oso_analysis.codebook import NOT_STATED, WITHHELD, Codebook
from oso_analysis.consultation.respondents import Consultation
from oso_analysis.disclosure.cells import CountTable
from oso_analysis.disclosure.coarser import SHARE, suggest_coarser
from oso_analysis.disclosure.exhibit_rules import EXHIBITS, Rule
from oso_analysis.disclosure.policy import DisclosurePolicy, footnote
from oso_analysis.disclosure.protection import protect
from oso_analysis.errors import InputError, Problem, nearest, require_columns, require_kind
from oso_analysis.tables.coded import state_missing
from oso_analysis.tables.withheld import WITHHELD_WORD

__all__ = ["PrintedCounts", "count_cells", "protect_consultation"]

_RELEVANT = ("without_segments", "with_segments")
_STAGES = ("not_relevant", "not_judged", *_RELEVANT)
_CODED = MappingProxyType({"stage": "with_segments"})
_SOLUTIONS = MappingProxyType({"stage": "with_segments", "kind": "solution"})
#: Cells that coarser groups are proposed for, and what a reader calls them.
_TITLES = MappingProxyType(
    {
        "respondent_sector": "Submissions by sector",
        "country": "Submissions by country",
        "year": "Submissions by year",
        "theme": "Submissions by theme",
        "theme sector": "Submissions by theme and sector",
        "segments theme": "Segments by theme",
        "theme kind": "Segments by theme and kind",
        "outcome": "Solutions by outcome",
        "outcome theme": "Solutions by outcome and theme",
    }
)


def _stages(submissions: pd.DataFrame) -> pd.Series:
    """Return the stage each submission reached; "relevant" is the last two together."""
    stage = submissions["relevant"].map({"yes": "without_segments", "no": "not_relevant"})
    stage = stage.fillna("not_judged")
    return stage.mask(submissions["n_segments"].gt(0), "with_segments")


def _count(
    frame: pd.DataFrame, keys: Sequence[str], unit: str, kept: Sequence[str] | None, **options: Any
) -> CountTable:
    """Count a unit by `keys`, with the respondents behind each count and the base over `kept`."""

    def count(by: list[str], name: str) -> pd.DataFrame:
        units = pd.NamedAgg("unit_id", "nunique")
        people = pd.NamedAgg("respondent_id", "nunique")
        return frame.groupby(by).agg(**{name: units, "n_behind": people}).reset_index()

    table = count([*keys], "n")
    if kept:
        base = count([*kept], "n_base").drop(columns="n_behind")
        table = table.merge(base, on=[*kept], validate="many_to_one")
    elif kept is not None:
        table["n_base"] = frame["unit_id"].nunique()
    return CountTable(
        table,
        "n",
        list(keys),
        contributors="n_behind",
        bases={} if kept is None else {"n_base": list(kept)},
        unit=unit,
        **options,
    )


def _with_totals(table: CountTable, frame: pd.DataFrame, sums: Mapping[str, Any]) -> CountTable:
    """Add rows for sums over the one dimension: label to the labels it covers (None for all)."""
    (key,) = table.columns
    rows = []
    for label, covered in sums.items():
        part = frame if covered is None else frame[frame[key].isin(covered)]
        people = part["respondent_id"].nunique()
        rows.append({key: label, "n": part["unit_id"].nunique(), "n_behind": people})
        if table.bases:
            rows[-1]["n_base"] = frame["unit_id"].nunique()
    return replace(table, frame=pd.concat([table.frame, pd.DataFrame(rows)], ignore_index=True))


def count_cells(consultation: Consultation) -> dict[str, CountTable]:
    """Count every cell that an edition's exhibits on the consultations are made of.

    Parameters
    ----------
    consultation : Consultation

    Returns
    -------
    dict of str to CountTable
        By the names that `exhibit_rules.EXHIBITS` uses. Units are ``n_submissions``, ``n_segments``
        and, in total only, ``n_respondents``; respondents behind a count are its contributors.
    """
    submissions = consultation.submissions
    submissions = submissions[["submission_id", "respondent_id"]].assign(
        unit_id=submissions["submission_id"],
        stage=_stages(submissions),
        **{c: state_missing(submissions[c]) for c in ("respondent_sector", "country", "year")},
    )
    codes = ("theme", "kind", "outcome", "respondent_sector")
    segments = consultation.segments
    segments = segments[["submission_id", "respondent_id"]].assign(
        unit_id=range(len(segments)), **{code: state_missing(segments[code]) for code in codes}
    )
    raised = segments.assign(unit_id=segments["submission_id"])
    solutions = segments[segments["kind"].eq("solution")]

    stages = _count(
        submissions,
        ["stage"],
        "n_submissions",
        None,
        groups={"stage": {"relevant": list(_RELEVANT)}},
    )
    # A stage that nobody stopped at is printed as a nought, which ties the others together.
    sums: dict[str, Any] = {
        stage: (stage,) for stage in _STAGES if stage not in set(submissions["stage"])
    }
    sums |= {"relevant": _RELEVANT, "total": None}
    cells = {"stage": _with_totals(stages, submissions, sums)}
    relevant = submissions[submissions["stage"].isin(_RELEVANT)]
    for column in ("respondent_sector", "country", "year"):
        cells[column] = _count(submissions, [column], "n_submissions", [])
    cells["relevant respondent_sector"] = _count(
        relevant, ["respondent_sector"], "n_submissions", None, where={"stage": list(_RELEVANT)}
    )
    label = {"where": _CODED, "multi_label": ["theme"]}
    cells["theme"] = _count(raised, ["theme"], "n_submissions", [], **label)
    cells["theme sector"] = _count(
        raised, ["theme", "respondent_sector"], "n_submissions", ["respondent_sector"], **label
    )
    kinds = _count(segments, ["kind"], "n_segments", [], where=_CODED)
    cells["kind"] = _with_totals(kinds, segments, {"total": None})
    cells["segments theme"] = _count(segments, ["theme"], "n_segments", [], where=_CODED)
    cells["theme kind"] = _count(segments, ["theme", "kind"], "n_segments", [], where=_CODED)
    cells["outcome"] = _count(solutions, ["outcome"], "n_segments", [], where=_SOLUTIONS)
    cells["outcome theme"] = _count(
        solutions, ["outcome", "theme"], "n_segments", ["outcome"], where=_SOLUTIONS
    )
    people = submissions["respondent_id"].nunique()
    cells["respondents"] = CountTable(
        pd.DataFrame({"stage": ["total"], "n": [people]}),
        "n",
        ["stage"],
        unit="n_respondents",
        complete=False,
    )
    return {name: table for name, table in cells.items() if len(table.frame)}


@dataclass(frozen=True)
class PrintedCounts:
    """What an edition may print of the counts of its consultations.

    Attributes
    ----------
    policy : DisclosurePolicy
    cells : dict of str to CountTable
        What was protected; empty where the policy is off.
    masks : dict of str to pandas.DataFrame
        For each of them, on the rows of its frame, True where the count ``n`` and the base
        ``n_base`` are withheld.
    codebook : Codebook
    """

    policy: DisclosurePolicy
    cells: Mapping[str, CountTable]
    masks: Mapping[str, pd.DataFrame]
    codebook: Codebook

    @property
    def on(self) -> bool:
        """Whether anything is withheld at all."""
        return self.policy.on

    def table(self, exhibit: str, frame: pd.DataFrame) -> pd.DataFrame:
        """Return an exhibit's counted table as it may be printed.

        Parameters
        ----------
        exhibit : str
            A key of `exhibit_rules.EXHIBITS`.
        frame : pandas.DataFrame
            The table as it was counted.

        Returns
        -------
        pandas.DataFrame
            The very frame where the policy is off. Else with the mark ``[c]`` for each withheld
            figure and without the columns that cannot be protected; rows in order of size are put
            in the order of their names, withheld ones last. `tables.withheld.numbers` makes numbers
            of it.

        Raises
        ------
        InputError
            An unknown exhibit, a column that is missing, holds numbers and is not allowed for, or
            counts something else than what was protected.
        """
        if exhibit not in EXHIBITS:
            near = nearest(exhibit, EXHIBITS)
            raise InputError([Problem("is not protected", value=exhibit, nearest=near)])
        if not self.on:
            return frame
        rule = EXHIBITS[exhibit]
        require_columns(frame, [*rule.keys, *rule.counts], where=exhibit)
        rows = [tuple(map(str, row)) for row in frame[list(rule.keys)].to_numpy()]
        if exhibit == "submissions-flow":
            rows = [("total",) if row == ("collected",) else row for row in rows]
        self._check(exhibit, rule, frame, rows)
        shown = frame.drop(columns=[column for column in rule.dropped if column in frame])
        withheld = {
            **{c: self._withheld(cells, rows, "n") for c, cells in rule.counts.items()},
            **{c: self._withheld(cells, rows, "n_base") for c, cells in rule.bases.items()},
        }
        for column, cells in rule.percentages.items():
            either = zip(
                self._withheld(cells, rows, "n"), self._withheld(cells, rows, "n_base"), strict=True
            )
            withheld[column] = [count or base for count, base in either]
        for column, cells in rule.ranked.items():
            hidden = self.masks.get(cells)
            withheld[column] = [hidden is not None and bool(hidden.any(axis=None))] * len(rows)
        for column, where in withheld.items():
            if column in shown and any(where):
                shown[column] = shown[column].astype(object).mask(np.array(where), WITHHELD)
        if exhibit == "outcomes-summary":
            shown["themes"] = self._themes(rows)
        first = next(iter(rule.counts))
        return _unsorted(shown, frame[first], withheld[first], rows)

    def _cell(self, cells: str) -> dict[tuple[str, ...], int]:
        """Return where each key of some cells stands."""
        if cells not in self.cells:
            return {}
        table = self.cells[cells]
        keys = table.frame[list(table.columns)].to_numpy()
        return {tuple(map(str, key)): at for at, key in enumerate(keys)}

    def _withheld(self, cells: str, rows: Sequence[tuple[str, ...]], column: str) -> list[bool]:
        """Return which rows' figures are withheld; a combination nobody used is a nought."""
        at = self._cell(cells)
        names = list(self.cells[cells].columns) if at else []
        if column == "n_base" and at:
            # A nought's base is the base of the cells beside it.
            kept = [names.index(name) for name in self.cells[cells].bases["n_base"]]
            hidden = {
                tuple(key[i] for i in kept)
                for key, place in at.items()
                if self.masks[cells]["n_base"].iloc[place]
            }
            return [tuple(row[i] for i in kept) in hidden for row in rows]
        return [row in at and bool(self.masks[cells]["n"].iloc[at[row]]) for row in rows]

    def _check(
        self, exhibit: str, rule: Rule, frame: pd.DataFrame, rows: Sequence[tuple[str, ...]]
    ) -> None:
        known = {*rule.keys, *rule.counts, *rule.percentages, *rule.bases, *rule.ranked}
        known |= {*rule.dropped, *rule.free}
        problems = [
            Problem("holds numbers that are not protected", file=exhibit, column=str(column))
            for column in frame.columns
            if column not in known
            and pd.api.types.is_numeric_dtype(frame[column])
            and not pd.api.types.is_bool_dtype(frame[column])
        ]
        for column, cells in rule.counts.items():
            at = self._cell(cells)
            for row, count in zip(rows, frame[column], strict=True):
                n = int(self.cells[cells].frame["n"].iloc[at[row]]) if row in at else 0
                if int(count) != n:
                    rule_text = f"counts something else than was protected ({n})"
                    where = f"{exhibit}, {' × '.join(row)}"
                    problems.append(Problem(rule_text, file=where, column=column, value=count))
        if problems:
            raise InputError(problems, "this table may not be printed")

    def _themes(self, rows: Sequence[tuple[str, ...]]) -> pd.Series:
        """Name each outcome's themes with their solutions, in the codebook's order."""
        at = self._cell("outcome theme")
        texts = []
        for (outcome,) in rows:
            parts = []
            for theme, label in self.codebook["theme"].labels.items():
                if (outcome, theme) in at:
                    place = at[outcome, theme]
                    hidden = self.masks["outcome theme"]["n"].iloc[place]
                    n = self.cells["outcome theme"].frame["n"].iloc[place]
                    parts.append(f"{label} ({WITHHELD if hidden else n})")
            texts.append(", ".join(parts) or None)
        return pd.Series(texts, dtype="str")

    def shown(self, value: int, cells: str, *key: str) -> int | None:
        """Return a single count, or None if it is withheld.

        Parameters
        ----------
        value : int
        cells : str
            A key of `count_cells`.
        *key : str
            The row of these cells.
        """
        hidden = self.on and self._withheld(cells, [key], "n")[0]
        return None if hidden else int(value)

    def said(self, value: Any) -> Any:
        """Return a count for prose: a missing one reads "(withheld)" where the policy is on."""
        return WITHHELD_WORD if self.on and pd.isna(value) else int(value)

    def listed(self, frame: pd.DataFrame, label: str, count: str) -> list[str]:
        """Return each row's name and count in words, "withheld" where it is, for alt texts."""
        marked = frame[count].eq(WITHHELD)
        counts = frame[count].astype(object).mask(marked, "withheld")
        return [
            f"{'not stated' if name == NOT_STATED else name}: {n}"
            for name, n in zip(frame[label], counts, strict=True)
        ]

    def notes(self, frame: pd.DataFrame) -> list[str]:
        """Return the footnote of a table or figure in which something is withheld."""
        marked = self.on and frame.map(lambda value: WITHHELD in str(value)).any(axis=None)
        return [footnote(self.policy)] if marked else []

    def columns(
        self, frame: pd.DataFrame, headings: Mapping[str, str | None]
    ) -> dict[str, str | None]:
        """Return the headings of the columns that are printed."""
        return {name: words for name, words in headings.items() if name in frame or not self.on}

    def crowded(self) -> dict[str, float]:
        """Return what is withheld too much: of which more than a third above nought is hidden.

        Returns
        -------
        dict of str to float
            A key of `count_cells` to the percentage withheld of what is above nought. Noughts can
            be told in print, so this says nothing new.
        """
        shares = {
            name: 100 * float(self.masks[name]["n"].mean())
            for name in _TITLES
            if name in self.cells
        }
        return {name: share for name, share in shares.items() if share > 100 * SHARE}

    def suggest(self, places: Mapping[str, str] = MappingProxyType({})) -> pd.DataFrame:
        """Propose coarser groups for what is withheld too much.

        Parameters
        ----------
        places : mapping, optional
            Country to its printed name.

        Returns
        -------
        pandas.DataFrame
            One row a proposed group: `counts` (what is counted by what), `merged` (the categories
            it is made of), `percent_withheld` of what is above nought, and what it would be about
            with all groups of these counts, `percent_withheld_merged`. One row without a group
            where no merger helps.

        Notes
        -----
        A proposal made from the counts themselves would say which withheld counts are smallest and
        that those merged reach the threshold together. This one is made from what is printed:
        every withheld count is taken to be half the threshold. It is therefore a rough one.
        """
        rows: list[tuple[str, str | None, float, float | None]] = []
        for name, share in self.crowded().items():
            table = self.cells[name]
            hidden = self.masks[name]["n"].to_numpy()
            middle = max(1, (self.policy.threshold or 2) // 2)
            frame = table.frame[[*table.columns, "n"]]
            frame = frame.assign(n=frame["n"].mask(hidden, middle))
            plain = replace(table, frame=frame, bases={}, contributors=None)
            found = suggest_coarser(plain, self.policy)
            for (dimension, _), group in found.groupby(["dimension", "group"], sort=False):
                labels = places if dimension == "country" else self._labels(str(dimension))
                merged = [str(labels.get(code, code)) for code in group["category"]]
                after = float(group["percent_of_filled_cells_suppressed_after"].iloc[0])
                rows.append((_TITLES[name], " + ".join(merged), share, after))
            if found.empty:
                rows.append((_TITLES[name], None, share, None))
        columns = ["counts", "merged", "percent_withheld", "percent_withheld_merged"]
        return pd.DataFrame(rows, columns=columns)

    def _labels(self, facet: str) -> Mapping[str, str]:
        return self.codebook[facet].labels if facet in self.codebook else {}


def _unsorted(
    shown: pd.DataFrame, counts: pd.Series, hidden: Sequence[bool], rows: Sequence[tuple[str, ...]]
) -> pd.DataFrame:
    """Give up an order by size where a count is withheld, which its neighbours would bound."""
    stated = [NOT_STATED not in row for row in rows]
    inner = counts[stated]
    in_order = inner.is_monotonic_decreasing or inner.is_monotonic_increasing
    if not any(hidden) or not in_order:
        return shown
    places = sorted(
        range(len(rows)),
        key=lambda i: (not stated[i], hidden[i], rows[i] if hidden[i] else (), i),
    )
    return shown.iloc[places].reset_index(drop=True)


def protect_consultation(
    consultation: Consultation,
    codebook: Codebook,
    *,
    threshold: int | None,
    secondary: bool = True,
) -> PrintedCounts:
    """Protect all counts of answers that an edition prints.

    Parameters
    ----------
    consultation : Consultation
        In the edition's scope; the same in every notebook, so that all withhold the same.
    codebook : Codebook
        Labels of themes.
    threshold : int or None
        Smallest count that may be printed; None prints all and costs nothing.
    secondary : bool, default True
        As for `protect`; False is for tests only.

    Returns
    -------
    PrintedCounts

    Raises
    ------
    InputError
        A threshold below 2.
    """
    policy = DisclosurePolicy(threshold=threshold)
    if not policy.on:
        return PrintedCounts(policy, {}, {}, codebook)
    rule = "must be a consultation, as prepare_consultation() gives it"
    require_kind("consultation", consultation, Consultation, rule)
    cells = count_cells(consultation)
    protected = protect(cells, policy, secondary=secondary)
    masks = {name: protected.masks[name].sort_index() for name in cells}
    return PrintedCounts(policy, cells, masks, codebook)
