"""The table that says what a tool's codes mean, which an analyst edits in Excel.

The recode table has one row for each thing a code means:

    code,facet,value
    Theme > Prevention,theme,prevention
    Calls for a single helpline,theme,multi_agency
    Calls for a single helpline,kind,solution
    To discuss,ignore,
    *,kind,issue

`code` is the code's path or, where no other code has it, its name. `facet` is one of the codebook's
facets, or `ignore` for a code that is left out on purpose. A row for `*` holds for passages whose
codes say nothing about that facet. Further columns (notes) are passed over.
"""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

from oso_analysis.codebook import Codebook
from oso_analysis.errors import InputError, Problem, nearest, nearest_code, require_columns

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "DEFAULT",
    "IGNORE",
    "check_recode_table",
    "draft_recode_table",
    "fold_code",
    "read_recode_table",
]

#: The code whose rows hold for passages that say nothing of a facet.
DEFAULT = "*"
#: The facet of a code that is left out on purpose.
IGNORE = "ignore"
_ONE_EACH = ("kind", "outcome")


def read_recode_table(path: Path | str, codebook: Codebook) -> pd.DataFrame:
    """Read and check a recode table.

    Parameters
    ----------
    path : path-like
        CSV or XLSX with the columns `code`, `facet`, `value`; see this module's text.
    codebook : Codebook
        Defines the facets and values.

    Returns
    -------
    pandas.DataFrame
        `row` (in the file), `code`, `facet`, `value` (missing for `ignore`).

    Raises
    ------
    InputError
        All problems at once: missing columns, unknown facets or values with the nearest legal one,
        a code without a facet, a code with two kinds or outcomes, a row given twice, a code that is
        both mapped and ignored.
    """
    import pandas as pd

    from oso_analysis.consultation.readers.grids import read_table_grids

    path = Path(path)
    grids = read_table_grids(path)
    grid = grids[0].require_values() if grids else None
    if grid is None or not grid.cells:
        raise InputError([Problem("is empty", file=path.name)])
    header = [cell.lower() for cell in grid.cells[0]]
    frame = pd.DataFrame(grid.cells[1:], columns=header, dtype="str")
    if "value" not in header and "code" in header:
        frame["value"] = ""  # a table that only ignores codes
    require_columns(frame, ["code", "facet", "value"], where=path.name)
    frame = frame.assign(row=grid.rows[1:])[["row", "code", "facet", "value"]]
    frame["facet"] = frame["facet"].str.lower()
    return check_recode_table(frame.replace("", None), codebook, path.name)


def check_recode_table(frame: pd.DataFrame, codebook: Codebook, file: str) -> pd.DataFrame:
    """Return a recode table checked against the codebook, without the rows left open.

    See `read_recode_table` for what is checked; `file` names the table in messages.
    """
    import pandas as pd

    problems: list[Problem] = []
    one: dict[tuple[str, str], str] = {}
    seen: set[tuple[str, str, str]] = set()
    ignored: set[str] = set()
    mapped: set[str] = set()
    facets = [*codebook.facets, IGNORE]

    def complain(rule: str, row: int, column: str, value: object, close: str | None = None) -> None:
        problems.append(Problem(rule, file, row, column, value, close))

    for item in frame.to_dict("records"):
        row = int(item["row"])
        code, facet, value = (
            "" if pd.isna(item[key]) else " ".join(str(item[key]).split())
            for key in ("code", "facet", "value")
        )
        if not code:
            complain("is blank", row, "code", None)
        elif not facet and not value:
            continue  # a draft's row that was left open: the code stays without a mapping
        elif not facet:
            complain(f"needs a facet ({', '.join(facets)})", row, "facet", value)
        elif facet not in facets:
            complain("is not a facet of the codebook", row, "facet", facet, nearest(facet, facets))
        elif facet == IGNORE:
            if value:
                complain("must be blank where the facet is ignore", row, "value", value)
            ignored.add(fold_code(code))
        elif value not in codebook[facet]:
            labels = {code: item.label for code, item in codebook[facet].items()}
            near = nearest_code(value, labels) if value else None
            complain(f"is not a code of {facet}", row, "value", value or None, near)
        else:
            mapped.add(fold_code(code))
            if facet in _ONE_EACH and one.setdefault((fold_code(code), facet), value) != value:
                complain(
                    f"has two {facet}s: {one[fold_code(code), facet]} and", row, "value", value
                )
        if (fold_code(code), facet, value) in seen and code:
            complain("is given twice", row, "code", code)
        seen.add((fold_code(code), facet, value))
    problems += [
        Problem("is both ignored and mapped", file, None, "code", code)
        for code in sorted(ignored & mapped)
    ]
    if problems:
        raise InputError(problems, f"{file}: {len(problems)} problem(s) with the recode table")
    return frame[frame["facet"].fillna("").str.strip() != ""].reset_index(drop=True)


def fold_code(code: str) -> str:
    """Fold what Excel and hands change: spaces, case, spaces around the path's separator."""
    code = re.sub(r"\s*>\s*", ">", " ".join(code.split())).casefold()
    # Tables are written with an apostrophe before text that a spreadsheet would calculate.
    return re.sub(r"^'(?=[=+\-@])", "", code)


def draft_recode_table(codes: pd.DataFrame, codebook: Codebook) -> pd.DataFrame:
    """Draft a recode table for an analyst to complete.

    Parameters
    ----------
    codes : pandas.DataFrame
        `path`, `name`, `parent`, `codable` of a `CodingProject`.
    codebook : Codebook
        Whose labels and codes are looked for among the names.

    Returns
    -------
    pandas.DataFrame
        `code, facet, value, note`, one row for each code that can be applied. `facet` and `value`
        are filled in only where the code's name is exactly a code or a label of one facet (the
        facet its parent is named after, where there are several); `note` says what it is most like.
    """
    import pandas as pd

    require_columns(codes, ["path", "name", "parent", "codable"], where="draft_recode_table")
    facets = ("theme", "kind", "outcome")
    terms: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for facet in facets:
        labels = [item.label for item in codebook[facet].values()]
        for code, item in codebook[facet].items():
            for term in {fold_code(code), fold_code(item.label)}:
                terms[term].append((facet, code))
            if labels.count(item.label) > 1:
                terms[fold_code(f"{item.label} ({code})")].append((facet, code))
    rows = []
    for entry in codes.to_dict("records"):
        if entry["codable"] == "no":
            continue
        # Taguette writes a hierarchy into the name: theme.prevention.
        name = re.split(r"[./\\:]", str(entry["name"]))[-1]
        path = str(entry["path"]).casefold()
        found = terms.get(fold_code(str(entry["name"])), []) or terms.get(fold_code(name), [])
        if len(found) > 1:
            found = [pair for pair in found if pair[0] in re.split(r"[^a-z]+", path)]
        facet, value = found[0] if len(found) == 1 else ("", "")
        note = ""
        if not facet:
            choices = {item.label: f"{k}, {c}" for k in facets for c, item in codebook[k].items()}
            close = nearest(name, choices)
            note = f"most like: {choices[close]}" if close else ""
        rows.append({"code": entry["path"], "facet": facet, "value": value, "note": note})
    return pd.DataFrame(rows, columns=["code", "facet", "value", "note"], dtype="str")
