"""From a tool's own codes to the review's segments, through a recode table."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from oso_analysis.codebook import NOT_STATED, Codebook
from oso_analysis.consultation.recode_table import (
    DEFAULT,
    IGNORE,
    check_recode_table,
    fold_code,
)
from oso_analysis.consultation.refi_qda.names import PATH_SEPARATOR
from oso_analysis.errors import InputError, Problem, check_option, nearest, require_columns

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Recoded", "recode"]

#: Kinds of segment that may carry an outcome; the codebook: "coded on solutions only".
_WITH_OUTCOME = "solution"
_TABLE = "recode table"


@dataclass(frozen=True)
class Recoded:
    """The outcome of `recode`.

    Attributes
    ----------
    segments : pandas.DataFrame
        `submission_id, coder, segment, theme, kind, outcome, paraphrase`: the project's own frame.
        `coder` is "not_stated" where the tool names none. `segment` counts from 1 within
        submission and coder, in the order of the source's text.
    facets : pandas.DataFrame
        Codes of the other facets, one row each: `submission_id, coder, segment, facet, code`.
    unmapped : pandas.DataFrame
        Codes in use without a row in the table: `code`, `n_codings`, `n_submissions`.
    unused : pandas.DataFrame
        Rows of the table that no coding needed: `row, code, facet, value`.
    ignored : pandas.DataFrame
        Codes left out on purpose: `code`, `n_codings`, `n_submissions`.
    """

    segments: pd.DataFrame
    facets: pd.DataFrame
    unmapped: pd.DataFrame
    unused: pd.DataFrame
    ignored: pd.DataFrame


@dataclass
class _Meaning:
    """What one code stands for."""

    themes: list[str] = field(default_factory=list)
    kind: str = ""
    outcome: str = ""
    further: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class _Unit:
    """One segment in the making: a theme, and what its own code says of kind and outcome."""

    code: str
    theme: str
    kind: str
    outcome: str


def recode(
    segments: pd.DataFrame,
    recode_table: pd.DataFrame,
    codebook: Codebook,
    *,
    unmapped: str = "error",
    paraphrase: str = "note",
) -> Recoded:
    """Map a tool's codings to segments with a theme, a kind and an outcome.

    All codes that one coder put on one passage are read together. Each theme among them makes one
    segment. Its kind and outcome come from the same code where that says so, otherwise from the
    passage's other codes, otherwise from the table's `*` rows. An outcome goes to solutions only.

    Parameters
    ----------
    segments : pandas.DataFrame
        `passage_id, submission_id, coder, code, text, note, source, start` of a `CodingProject`.
    recode_table : pandas.DataFrame
        As `read_recode_table` returns it.
    codebook : Codebook
        Gives the order of themes within a passage.
    unmapped : {"error", "keep"}
        Whether a code without a mapping stops the import or is left out and listed. A passage whose
        theme or kind hangs on such a code is left out with it.
    paraphrase : {"note", "text", "none"}
        What becomes the paraphrase: the coder's comment; the passage itself, which quotes the
        respondent and must not be published from a confidential consultation; nothing.

    Returns
    -------
    Recoded

    Raises
    ------
    InputError
        All at once: codes without a mapping (with the nearest code of the table), names in the
        table that fit several codes, passages without a theme or a kind, and passages whose codes
        can be combined in more than one way (several themes with several kinds or outcomes; an
        outcome without a solution), each combination of codes once with its number of passages.
    """
    check_option("unmapped", unmapped, ("error", "keep"))
    check_option("paraphrase", paraphrase, ("note", "text", "none"))
    needed = ["passage_id", "submission_id", "coder", "code", "text", "note", "source", "start"]
    require_columns(segments, needed, where="recode (segments)")
    require_columns(recode_table, ["code", "facet", "value"], where="recode (recode_table)")

    if "row" not in recode_table.columns:
        recode_table = recode_table.assign(row=range(2, len(recode_table) + 2))
    recode_table = check_recode_table(
        recode_table[["row", "code", "facet", "value"]], codebook, _TABLE
    )
    in_use = sorted(segments["code"].dropna().unique())
    row_codes, problems = _match(recode_table, in_use)
    meanings: dict[str, _Meaning] = {}
    default = _Meaning()
    ignored_codes: set[str] = set()
    for mapping, mapped in zip(recode_table.to_dict("records"), row_codes, strict=True):
        for code in mapped:
            if mapping["facet"] == IGNORE:
                ignored_codes.add(code)
                continue
            meaning = default if code == DEFAULT else meanings.setdefault(code, _Meaning())
            _learn(meaning, str(mapping["facet"]), str(mapping["value"]))

    missing = [code for code in in_use if code not in meanings and code not in ignored_codes]
    if unmapped == "error":
        known = [str(code) for code in recode_table["code"]]
        problems = [
            Problem("has no row in the recode table", column="code", value=code,
                    nearest=nearest(code, known))
            for code in missing
        ] + problems  # fmt: skip

    rows: list[dict[str, Any]] = []
    further: list[dict[str, Any]] = []
    unclear: dict[tuple[str, str], int] = defaultdict(int)
    used_default: set[str] = set()
    themes = {code: number for number, code in enumerate(codebook["theme"])}
    kinds = {code: number for number, code in enumerate(codebook["kind"])}
    passages: dict[tuple[str, str, str], list[dict[str, Any]]] = defaultdict(list)
    filled = segments[needed].astype("object")
    for item in filled.where(filled.notna(), None).to_dict("records"):
        key = (item["submission_id"], item["coder"] or NOT_STATED, str(item["passage_id"]))
        passages[key].append({str(name): value for name, value in item.items()})
    for key in sorted(passages):
        passage = passages[key]
        codes = [item["code"] for item in passage if item["code"] in meanings]
        if not codes:
            continue
        units, complaint = _units(codes, meanings, default, used_default)
        if complaint and any(item["code"] in missing for item in passage):
            continue  # what the unmapped code means may settle it; it is listed already
        if complaint:
            unclear[complaint, " + ".join(sorted(set(codes)))] += 1
            continue
        place = min(
            (item["source"] or "", -1 if item["start"] is None else int(item["start"]))
            for item in passage
        )
        text = None if paraphrase == "none" else _paraphrase(passage, paraphrase)
        units.sort(key=lambda unit: (themes[unit.theme], kinds[unit.kind], unit.outcome))
        for number, unit in enumerate(units):
            rows.append(
                {
                    "submission_id": key[0],
                    "coder": key[1],
                    "source": place[0],
                    "start": place[1],
                    "passage": _natural(key[2]),
                    "number": number,
                    "theme": unit.theme,
                    "kind": unit.kind,
                    "outcome": unit.outcome or None,
                    "paraphrase": text,
                    "further": sorted(
                        {pair for code in codes for pair in meanings[code].further}
                        | set(default.further)
                    ),
                }
            )
    problems += [
        Problem(f"{rule} ({count} passage(s))", column="code", value=codes)
        for (rule, codes), count in sorted(unclear.items())
    ]
    if problems:
        raise InputError(problems, f"{len(problems)} problem(s) with recoding")

    order = ["submission_id", "coder", "source", "start", "passage", "number"]
    rows.sort(key=lambda one: tuple(one[name] for name in order))
    counter: dict[tuple[str, str], int] = defaultdict(int)
    for one in rows:
        counter[one["submission_id"], one["coder"]] += 1
        one["segment"] = counter[one["submission_id"], one["coder"]]
        key_columns = {name: one[name] for name in ("submission_id", "coder", "segment")}
        further += [key_columns | {"facet": facet, "code": code} for facet, code in one["further"]]
    unused = [
        not (set(codes) & set(in_use)) if codes != [DEFAULT] else item["facet"] not in used_default
        for codes, item in zip(row_codes, recode_table.to_dict("records"), strict=True)
    ]
    return Recoded(
        segments=_frame(
            rows, ["submission_id", "coder", "segment", "theme", "kind", "outcome", "paraphrase"]
        ),
        facets=_frame(further, ["submission_id", "coder", "segment", "facet", "code"]),
        unmapped=_leftovers(segments, missing),
        unused=recode_table.loc[unused].reset_index(drop=True),
        ignored=_leftovers(segments, [code for code in in_use if code in ignored_codes]),
    )


def _match(table: pd.DataFrame, in_use: list[str]) -> tuple[list[list[str]], list[Problem]]:
    """Return for each row of the table the codes in use that it means."""
    by_path: dict[str, list[str]] = defaultdict(list)
    by_name: dict[str, list[str]] = defaultdict(list)
    for code in in_use:
        by_path[fold_code(code)].append(code)
        by_name[fold_code(code.split(PATH_SEPARATOR)[-1])].append(code)
    matched: list[list[str]] = []
    problems: dict[str, Problem] = {}
    for item in table.to_dict("records"):
        key = fold_code(str(item["code"]))
        # Codes that differ in case alone are one code, as they are in the tools.
        found = by_path.get(key, []) or by_name.get(key, [])
        if key == DEFAULT:
            found = [DEFAULT]
        elif not by_path.get(key) and len({fold_code(code) for code in found}) > 1:
            rule = f"is the name of {len(found)} codes; give the path ({', '.join(found)})"
            problems[key] = Problem(rule, _TABLE, int(item["row"]), "code", item["code"])
        matched.append(found)
    return matched, list(problems.values())


def _learn(meaning: _Meaning, facet: str, value: str) -> None:
    if facet == "theme":
        meaning.themes.append(value)
    elif facet == "kind":
        meaning.kind = value
    elif facet == "outcome":
        meaning.outcome = value
    else:
        meaning.further.append((facet, value))


def _units(
    codes: list[str], meanings: dict[str, _Meaning], default: _Meaning, used_default: set[str]
) -> tuple[list[_Unit], str]:
    """Return a passage's segments, or why they cannot be told."""
    units = [
        _Unit(code, theme, meanings[code].kind, meanings[code].outcome)
        for code in codes
        for theme in meanings[code].themes
    ]
    loose = [meanings[code] for code in codes if not meanings[code].themes]
    kinds = sorted({meaning.kind for meaning in loose if meaning.kind})
    outcomes = sorted({meaning.outcome for meaning in loose if meaning.outcome})
    if not units:
        if not (kinds or outcomes):
            return [], ""  # only further facets: nothing that makes a segment
        if len(default.themes) != 1:
            return [], "say nothing of the theme"
        used_default.add("theme")
        units = [_Unit(DEFAULT, default.themes[0], "", "")]

    settled: list[_Unit] = []
    for unit in units:
        if unit.kind:
            settled.append(unit)
        elif kinds:
            if len(kinds) > 1 and len(units) > 1:
                return [], f"leave open which theme is {' and which '.join(kinds)}"
            settled += [_Unit(unit.code, unit.theme, kind, unit.outcome) for kind in kinds]
        elif default.kind:
            used_default.add("kind")
            settled.append(_Unit(unit.code, unit.theme, default.kind, unit.outcome))
        else:
            return [], "say nothing of the kind"
    settled = list(dict.fromkeys(settled))

    finished: list[_Unit] = []
    for unit in settled:
        outcome = unit.outcome
        if unit.kind == _WITH_OUTCOME and not outcome:
            if len(outcomes) > 1:
                return [], f"give one solution several outcomes ({', '.join(outcomes)})"
            outcome = outcomes[0] if outcomes else default.outcome
            if outcome and not outcomes:
                used_default.add("outcome")
        elif unit.outcome and unit.kind != _WITH_OUTCOME:
            return [], "give an outcome to a segment that is no solution"
        finished.append(_Unit(unit.code, unit.theme, unit.kind, outcome))
    if outcomes and not any(unit.kind == _WITH_OUTCOME for unit in finished):
        return [], "give an outcome to a segment that is no solution"
    # Two codes of one meaning on one passage are one segment.
    distinct = {(unit.theme, unit.kind, unit.outcome): unit for unit in finished}
    return list(distinct.values()), ""


def _paraphrase(passage: list[dict[str, Any]], column: str) -> str | None:
    found = {text for item in passage if (text := str(item[column] or "").strip())}
    return " ".join(sorted(found)) or None


def _natural(text: str) -> tuple[tuple[int, int, str], ...]:
    """Sort 2 before 10."""
    return tuple(
        (0, int(part), "") if part.isdigit() else (1, 0, part)
        for part in re.split(r"(\d+)", text)
        if part
    )


def _leftovers(segments: pd.DataFrame, codes: list[str]) -> pd.DataFrame:
    rows = []
    for code in codes:
        these = segments[segments["code"] == code]
        rows.append(
            {
                "code": code,
                "n_codings": len(these),
                "n_submissions": these["submission_id"].nunique(),
            }
        )
    return _frame(rows, ["code", "n_codings", "n_submissions"])


def _frame(rows: list[dict[str, Any]], columns: list[str]) -> pd.DataFrame:
    from oso_analysis.consultation.readers.model import text_frame

    whole = [name for name in columns if name == "segment" or name.startswith("n_")]
    return text_frame(rows, columns, integers=whole)
