"""What changed between two editions, or two versions of one: exhibit by exhibit."""

from __future__ import annotations

import base64
import contextlib
import csv
import html
import io
import json
import re
import subprocess
import tarfile
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from oso_analysis.errors import InputError, Problem, RunError, nearest

__all__ = [
    "LABEL_COLUMNS",
    "SHOWN",
    "Difference",
    "EditionDiff",
    "Move",
    "compare_editions",
    "key_columns",
    "keyed_rows",
    "name_row",
    "open_edition",
    "render_html",
]

#: Columns of numbers that say which row it is, not what was counted.
LABEL_COLUMNS = frozenset({"year", "period", "rank", "number", "year_from", "year_to"})
#: Places in an order: they move with every row above them, so they say last which row it is.
_PLACES = frozenset({"rank", "number"})
#: Numbers of which no percentage says anything.
_DATED = re.compile(r"^(?!n_|percent).*(?:year|period)")
_LABEL = "_label"
#: Lines shown for one exhibit before the rest is counted, and numbers a page shows unfolded.
SHOWN = 12


@dataclass(frozen=True)
class Move:
    """One number that moved: in which row and column, from what to what."""

    row: str
    column: str
    before: str
    after: str

    @property
    def change(self) -> str:
        """By how much, absolutely and, but for years, in percent of what it was.

        Empty for what is no number.
        """
        try:
            before, after = float(self.before), float(self.after)
        except ValueError:
            return ""
        step = after - before
        text = "+" + _number(step) if step > 0 else _number(step)
        if before and not _DATED.search(self.column or self.row):
            text += f", {step / abs(before) * 100:+,.1f} %"
        return text.replace("-", "−")

    @property
    def shown(self) -> tuple[str, str]:
        """Both values as a reader wants them: rounded, unless that would hide the difference."""
        before, after = (_readable(text) for text in (self.before, self.after))
        return (before, after) if before != after else (self.before, self.after)


def _number(value: float) -> str:
    """Return a number with three decimals at most, or three digits where it is smaller."""
    if value and abs(value) < 0.001:
        return f"{value:.3g}"
    text = f"{value:,.3f}"
    return text.rstrip("0").rstrip(".")


def _readable(text: str) -> str:
    # Years and codes made of digits stay as they are; only what has many decimals is rounded.
    return _number(float(text)) if "." in text and _is_number(text) else text


@dataclass
class Difference:
    """How one exhibit differs; `status` is same, changed, gone or new.

    Attributes
    ----------
    id, title : str
    labels : tuple of str
        Its number in each edition ("Figure 3"), empty where it is not.
    moves : list of Move
        Numbers and texts that are not what they were, the edition's `n` first.
    rows_gone, rows_new : list of str
        Rows by their labels.
    words : list of str
        Whatever else differs: title, columns, caveats.
    figures : tuple of (Path or None)
        The drawings, for showing side by side.
    """

    id: str
    title: str
    status: str
    labels: tuple[str, str]
    moves: list[Move] = field(default_factory=list)
    rows_gone: list[str] = field(default_factory=list)
    rows_new: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    figures: tuple[Path | None, Path | None] = (None, None)


@dataclass(frozen=True)
class EditionDiff:
    """All differences between two editions."""

    names: tuple[str, str]
    titles: tuple[str, str]
    parameters: list[Move]
    inputs: list[Move]
    exhibits: list[Difference]

    def __str__(self) -> str:
        """Return everything as text."""
        return self.text()

    def text(self, limit: int | None = None) -> str:
        """Return the differences as text, with at most `limit` lines for an exhibit."""
        counts = Counter(item.status for item in self.exhibits)
        parts = [f"{counts[status]} {status}" for status in ("changed", "new", "gone", "same")]
        lines = [
            f"{self.names[0]} → {self.names[1]}: {len(self.exhibits)} exhibits, {', '.join(parts)}",
            *(f"  parameter {_line(move)}" for move in self.parameters),
            *(f"  input {move.row}: {move.column}" for move in self.inputs),
        ]
        for item in self.exhibits:
            if item.status != "same":
                body = _body(item)
                if limit is not None and len(body) > limit:
                    body = [*body[: limit - 1], f"… and {len(body) - limit + 1:,} more"]
                lines += ["", _heading(item), *(f"  {line}" for line in body)]
        return "\n".join(lines)


def _heading(item: Difference) -> str:
    labels = " → ".join(dict.fromkeys(label for label in item.labels if label))
    mark = {"new": " (new)", "gone": " (gone)"}.get(item.status, "")
    return f"{labels}: {item.title} [{item.id}]{mark}"


def _body(item: Difference) -> list[str]:
    return [
        *item.words,
        *(_line(move) for move in item.moves),
        *(f"row gone: {row}" for row in item.rows_gone),
        *(f"row new: {row}" for row in item.rows_new),
    ]


def _line(move: Move) -> str:
    place = f"{move.row} · {move.column}" if move.column else move.row
    change = f" ({move.change})" if move.change else ""
    before, after = move.shown
    return f"{place}: {before or 'nothing'} → {after or 'nothing'}{change}"


@contextlib.contextmanager
def open_edition(reports: Path, name: str) -> Iterator[Path]:
    """Yield the folder of an edition given by name, by path, or as ``REVISION:path`` of git.

    Raises
    ------
    InputError
        If there is no such edition, with the nearest published one.
    """
    for folder in (reports / name, Path(name)):
        if (folder / "exhibits.json").is_file():
            yield folder
            return
    if ":" in name:
        with tempfile.TemporaryDirectory(prefix="oso-diff-") as scratch:
            yield _from_git(reports.parent, name, Path(scratch))
        return
    known = [path.parent.name for path in sorted(reports.glob("[!.]*/exhibits.json"))]
    raise InputError(
        [
            Problem(
                f"is no published edition; published are {', '.join(known) or 'none'}",
                value=name,
                nearest=nearest(name, known),
            )
        ]
    )


def _from_git(root: Path, name: str, scratch: Path) -> Path:
    revision, _, place = name.partition(":")
    # What a Windows shell completes; git knows the other one only.
    place = place.replace("\\", "/")
    # A name that begins with a hyphen would be read by git as an option.
    command = ["git", "archive", "--format=tar", "--end-of-options", revision, place]
    try:
        done = subprocess.run(command, cwd=root, capture_output=True, check=False)
    except FileNotFoundError:
        raise RunError(f"git is not installed, so {name} cannot be read from it") from None
    folder = scratch / place
    if done.returncode == 0:
        with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
            archive.extractall(scratch, filter="data")
    if not (folder / "exhibits.json").is_file():
        raise InputError([Problem("is no edition in git (REVISION:reports/NAME)", value=name)])
    return folder


def compare_editions(before: Path, after: Path) -> EditionDiff:
    """Compare two editions' folders.

    Exhibits are matched by id. The rows of a table are matched by the first of their text columns
    and years that tell all rows apart, so a row that moved is the same row, and so is one whose
    note changed; everything else in it is compared value by value.

    Raises
    ------
    RunError
        If a folder's `exhibits.json` cannot be read.
    """
    old, new = _record(before), _record(after)
    first = {item["id"]: item for item in old["exhibits"]}
    second = {item["id"]: item for item in new["exhibits"]}
    order = [*second, *(key for key in first if key not in second)]
    return EditionDiff(
        names=(old["edition"]["name"], new["edition"]["name"]),
        titles=(old["edition"]["title"], new["edition"]["title"]),
        parameters=_mapping_moves(old["parameters"], new["parameters"]),
        inputs=_input_moves(old["inputs"], new["inputs"]),
        exhibits=[_compare(first.get(key), second.get(key), before, after) for key in order],
    )


def _record(folder: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads((folder / "exhibits.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise RunError(f"{folder.name}/exhibits.json cannot be read: {error}") from None
    return found


def _mapping_moves(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Move]:
    return [
        Move(key, "", _text(old.get(key)), _text(new.get(key)))
        for key in sorted({*old, *new})
        if old.get(key) != new.get(key)
    ]


def _input_moves(old: Mapping[str, str], new: Mapping[str, str]) -> list[Move]:
    said = []
    for key in sorted({*old, *new}):
        if old.get(key) != new.get(key):
            how = "gone" if key not in new else "new" if key not in old else "changed"
            said.append(Move(key, how, old.get(key, ""), new.get(key, "")))
    return said


def _text(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)


def _compare(
    old: dict[str, Any] | None, new: dict[str, Any] | None, before: Path, after: Path
) -> Difference:
    known = new or old or {}
    difference = Difference(
        id=known["id"],
        title=known["title"],
        status="gone" if new is None else "new",
        labels=(old["label"] if old else "", new["label"] if new else ""),
        figures=(_drawing(old, before), _drawing(new, after)),
    )
    if old is None or new is None:
        return difference
    if old["n"] != new["n"]:
        move = Move("n", str(new["counting_unit"]), _text(old["n"]), _text(new["n"]))
        difference.moves.append(move)
    for key in ("title", "caption", "counting_unit", "source", "caveats"):
        if old[key] != new[key]:
            difference.words.append(f"{key}: {_text(old[key])!r} → {_text(new[key])!r}")
    _compare_rows(_table(old, before), _table(new, after), difference)
    found = difference.moves or difference.rows_gone or difference.rows_new or difference.words
    drawn = all(difference.figures) and difference.figures[0] is not None
    if drawn and not found:
        one, other = (path.read_bytes() for path in difference.figures if path)
        if one != other:
            difference.words.append("the numbers are the same; the drawing is not")
            found = difference.words
    difference.status = "changed" if found else "same"
    return difference


def _drawing(record: dict[str, Any] | None, folder: Path) -> Path | None:
    files = record["files"] if record else []
    return next((folder / f["path"] for f in files if f["path"].endswith(".svg")), None)


def _table(record: dict[str, Any], folder: Path) -> list[list[str]]:
    for file in record["files"]:
        if file["path"].endswith(".csv"):
            text = (folder / file["path"]).read_text(encoding="utf-8-sig")
            return list(csv.reader(io.StringIO(text)))
    return []


def _compare_rows(old: list[list[str]], new: list[list[str]], difference: Difference) -> None:
    if not old or not new:
        return
    columns = [name for name in new[0] if name in old[0]]
    difference.words += [f"column gone: {name}" for name in old[0] if name not in new[0]]
    difference.words += [f"column new: {name}" for name in new[0] if name not in old[0]]
    rows = [[dict(zip(table[0], row, strict=False)) for row in table[1:]] for table in (old, new)]
    labels = [name for name in columns if _is_label(name, rows)]
    keys = key_columns(labels, rows)
    first, second = (keyed_rows(part, keys) for part in rows)
    difference.rows_gone = [name_row(key, first[key], keys) for key in first if key not in second]
    difference.rows_new = [name_row(key, second[key], keys) for key in second if key not in first]
    for key, row in second.items():
        if key in first:
            difference.moves += [
                Move(name_row(key, row, keys), name, first[key].get(name, ""), row.get(name, ""))
                for name in columns
                if name not in keys and first[key].get(name, "") != row.get(name, "")
            ]
    # Counts before shares, which all move as soon as one count does.
    difference.moves.sort(key=lambda move: move.column.startswith("percent"))


def key_columns(labels: Sequence[str], tables: Sequence[Sequence[Mapping[str, str]]]) -> list[str]:
    """Return the first columns that tell the rows of each table apart; all if none do."""
    codes = {name.removesuffix(_LABEL) for name in labels if not name.endswith(_LABEL)}
    own = [n for n in labels if not (n.endswith(_LABEL) and n.removesuffix(_LABEL) in codes)]
    # Sorting is stable: the columns keep their order but for places, which come last.
    own.sort(key=lambda name: name in _PLACES)
    for size in range(1, len(own) + 1):
        chosen = own[:size]
        if all(
            len({tuple(row.get(name, "") for name in chosen) for row in table}) == len(table)
            for table in tables
        ):
            return chosen
    return list(labels)


def name_row(key: tuple[str, ...], row: Mapping[str, str], keys: Sequence[str]) -> str:
    """Return a row's name: the printed name of a code where the table has one."""
    parts = [
        row.get(f"{name}{_LABEL}") or row.get(re.sub("_id$", "", name)) or part
        for name, part in zip(keys, key, strict=False)
    ]
    whole = (*dict.fromkeys(parts), *key[len(keys) :]) if keys else key
    return " · ".join(part for part in whole if part) or "(no label)"


def _is_label(name: str, tables: Sequence[Sequence[Mapping[str, str]]]) -> bool:
    if name in LABEL_COLUMNS:
        return True
    values = [row[name] for table in tables for row in table if row.get(name)]
    return not all(_is_number(value) for value in values)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def keyed_rows(
    rows: Sequence[dict[str, str]], labels: Sequence[str]
) -> dict[tuple[str, ...], dict[str, str]]:
    """Return rows by their labels; equal labels are counted, so that no row is lost."""
    seen: Counter[tuple[str, ...]] = Counter()
    found = {}
    for number, row in enumerate(rows, start=1):
        key = tuple(row.get(name, "") for name in labels) if labels else (f"row {number}",)
        seen[key] += 1
        found[key if seen[key] == 1 else (*key, f"({seen[key]})")] = row
    return found


_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; }
h2 { border-top: 1px solid #767676; font-size: 1.1rem; margin-top: 2rem; padding-top: 1rem; }
table { border-collapse: collapse; }
th, td { border-bottom: 1px solid #c8c8c8; padding: .2rem .8rem .2rem 0; text-align: left; }
td.number { font-variant-numeric: tabular-nums; text-align: right; }
.pair { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(18rem, 1fr)); }
.pair img { border: 1px solid #c8c8c8; width: 100%; }
figure { margin: 0; }
summary { cursor: pointer; padding: .3rem 0; }
"""


def render_html(difference: EditionDiff) -> str:
    """Return the differences as one page that needs no other file and runs no script."""
    before, after = (html.escape(name) for name in difference.names)
    counts = Counter(item.status for item in difference.exhibits)
    same = [item for item in difference.exhibits if item.status == "same"]
    parts = [
        "<!DOCTYPE html>",
        '<html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{before} → {after}</title><style>{_STYLE}</style></head><body>",
        f"<h1>What changed from {before} to {after}</h1>",
        f"<p>{counts['changed']} exhibits changed, {counts['new']} are new, {counts['gone']} are "
        f"gone, {counts['same']} are the same.</p>",
    ]
    if difference.parameters:
        parts += ["<h2>Parameters</h2>", _moves_table(difference.parameters)]
    if difference.inputs:
        items = "".join(
            f"<li>{html.escape(move.row)}: {move.column}</li>" for move in difference.inputs
        )
        parts.append(f"<h2>Inputs</h2><ul>{items}</ul>")
    differing = [item for item in difference.exhibits if item.status != "same"]
    if differing:
        parts.append(_overview(differing))
    parts += [_section(item, before, after) for item in differing]
    if same:
        items = "".join(f"<li>{html.escape(_heading(item))}</li>" for item in same)
        parts.append(f"<h2>The same in both</h2><ul>{items}</ul>")
    return "\n".join([*parts, "</body></html>"]) + "\n"


def _overview(items: Sequence[Difference]) -> str:
    """Return what differs at a glance, each exhibit a link to its section."""
    rows = "".join(
        f'<tr><td><a href="#{html.escape(item.id, quote=True)}">{html.escape(_heading(item))}</a>'
        f'</td><td class="number">{len(item.moves):,}</td>'
        f'<td class="number">{len(item.rows_gone):,}</td>'
        f'<td class="number">{len(item.rows_new):,}</td></tr>'
        for item in items
    )
    names = ("exhibit", "values moved", "rows gone", "rows new")
    head = "".join(f"<th>{name}</th>" for name in names)
    return f"<h2>At a glance</h2><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _section(item: Difference, before: str, after: str) -> str:
    anchor = html.escape(item.id, quote=True)
    parts = [f'<section id="{anchor}"><h2>{html.escape(_heading(item))}</h2>']
    if item.words:
        parts.append(_listed(item.words))
    if any(item.figures):
        parts.append('<div class="pair">')
        for name, path in zip((before, after), item.figures, strict=True):
            if path is not None:
                # As an image a drawing cannot run anything or reach for other files.
                data = base64.b64encode(path.read_bytes()).decode("ascii")
                alt = html.escape(f"{item.title}, as in {name}")
                parts.append(
                    f"<figure><figcaption>{name}</figcaption>"
                    f'<img alt="{alt}" src="data:image/svg+xml;base64,{data}"></figure>'
                )
        parts.append("</div>")
    for name, found in (
        ("values moved", item.moves),
        ("rows gone", item.rows_gone),
        ("rows new", item.rows_new),
    ):
        if found:
            body = _moves_table(item.moves) if found is item.moves else _listed(map(str, found))
            unfolded = " open" if len(found) <= SHOWN else ""
            parts.append(
                f"<details{unfolded}><summary>{name}: {len(found):,}</summary>{body}</details>"
            )
    return "\n".join([*parts, "</section>"])


def _listed(texts: Iterable[str]) -> str:
    return "<ul>" + "".join(f"<li>{html.escape(text)}</li>" for text in texts) + "</ul>"


def _moves_table(moves: Sequence[Move]) -> str:
    rows = "".join(
        f"<tr><td>{html.escape(move.row)}</td><td>{html.escape(move.column)}</td>"
        f'<td class="number">{html.escape(move.shown[0])}</td>'
        f'<td class="number">{html.escape(move.shown[1])}</td>'
        f'<td class="number">{html.escape(move.change)}</td></tr>'
        for move in moves
    )
    head = "".join(f"<th>{name}</th>" for name in ("row", "column", "before", "after", "change"))
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
