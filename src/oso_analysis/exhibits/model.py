"""One table or figure as an immutable value that knows how to show itself."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from html import escape
from numbers import Integral
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from oso_analysis.errors import InputError, Problem, nearest
from oso_analysis.exhibits.plain import aligned, plain_data
from oso_analysis.exhibits.printed import (
    MISSING_NOTE,
    TABLE_STYLE,
    PrintedTable,
    html_table,
    printed_table,
)
from oso_analysis.figures.style import note_text

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from oso_analysis.figures.rendering import Picture

__all__ = ["EXHIBIT_MIME", "Exhibit", "figure", "table"]

EXHIBIT_MIME = "application/vnd.oso-analysis.exhibit+json"

_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
#: Rows of a long table that a notebook shows; the record and the report's files hold all of them.
_SHOWN_ROWS = 60


@dataclass(frozen=True)
class Exhibit:
    """One table or figure and everything a reader needs to trust it.

    Attributes
    ----------
    kind : {"table", "figure"}
    id : str
        Kebab-case, unique in an edition; cross-references name it.
    title, caption, alt_text : str
    counting_unit : str
        What is counted ("works", "submissions").
    n : int or None
        How many of the counting unit the exhibit rests on; None where nothing is counted (a list
        of published figures, say).
    source : str
    caveats : tuple of str
    columns : mapping
        Column to printed heading; None leaves a column out of print (never out of the data).
    schema : tuple of mapping
        ``{"name", "type"}`` of each column; types are string, integer, number and boolean.
    rows : tuple of tuple
        The counted data, floats rounded to 10 significant digits, missing as None.
    picture : Picture, optional
        The drawing of a figure.
    """

    kind: str
    id: str
    title: str
    counting_unit: str
    n: int | None
    source: str
    caption: str = ""
    alt_text: str = ""
    caveats: tuple[str, ...] = ()
    columns: Mapping[str, str | None] = field(default_factory=dict)
    schema: tuple[Mapping[str, str], ...] = ()
    rows: tuple[tuple[Any, ...], ...] = ()
    picture: Picture | None = None

    @property
    def note(self) -> str:
        """The line under the exhibit: n, counting unit and source."""
        return note_text(n=self.n, unit=self.counting_unit, source=self.source)

    @property
    def printed(self) -> PrintedTable:
        """The data as text, by the rules of print."""
        return printed_table(self.schema, self.rows, self.columns)

    @property
    def record(self) -> dict[str, Any]:
        """The machine-readable record, JSON-ready."""
        record: dict[str, Any] = {
            "kind": self.kind,
            "id": self.id,
            "title": self.title,
            "caption": self.caption,
            "alt_text": self.alt_text,
            "counting_unit": self.counting_unit,
            "n": self.n,
            "source": self.source,
            "caveats": list(self.caveats),
            # Pairs, not a mapping: notebooks are stored with sorted keys, and the order is meant.
            "columns": [list(pair) for pair in self.columns.items()],
            "data": {
                "schema": [dict(item) for item in self.schema],
                "rows": [list(row) for row in self.rows],
            },
        }
        if self.picture is not None:
            record["bands"] = {"top": self.picture.top, "bottom": self.picture.bottom}
        return record

    def save(self, path: Path | str) -> Path:
        """Write the exhibit to a file of its own.

        Parameters
        ----------
        path : path-like
            Its ending says what is written: ``.csv`` the counted data (machine names, full
            precision, missing as empty), ``.png`` or ``.svg`` a figure with its title and note.
            Folders are made; a file that is there is replaced.

        Returns
        -------
        pathlib.Path
            The file.

        Raises
        ------
        InputError
            If the ending is none of these.
        RunError
            If it cannot be written.
        """
        from oso_analysis.exhibits.save import save_exhibit

        return save_exhibit(self, path)

    def __repr__(self) -> str:
        """Return the exhibit as plain text: heading, table, note."""
        lines = [f"{self.kind.capitalize()} {self.id}: {self.title}"]
        if self.kind == "table":
            lines += aligned(self.printed, limit=_SHOWN_ROWS)
        lines += [self.note, *(f"Note: {caveat}" for caveat in self.caveats)]
        return "\n".join(line for line in lines if line)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        """Return what a notebook shows and what a report reads.

        A figure has no HTML of its own, so that every viewer shows the picture, which carries its
        title and note.
        """
        bundle: dict[str, Any] = {"text/plain": repr(self), EXHIBIT_MIME: self.record}
        if self.picture is None:
            bundle["text/html"] = self.html_data()
        else:
            bundle["image/png"] = base64.b64encode(self.picture.png).decode("ascii")
            bundle["image/svg+xml"] = self.picture.svg
        return bundle

    def html_data(self) -> str:
        """Return the counted data as an HTML table with title, note and caveats."""
        printed = self.printed
        caption = f"<strong>{escape(self.title)}</strong>"
        if self.caption:
            caption += f"<br>{escape(self.caption)}"
        notes = [self.note, *self.caveats]
        if printed.has_missing:
            notes.append(MISSING_NOTE)
        body = html_table(printed, caption=caption, limit=_SHOWN_ROWS, align=True)
        lines = "\n".join(f"<p>{escape(line)}</p>" for line in notes if line)
        return f'<div class="oso-exhibit">{TABLE_STYLE}\n{body}\n{lines}\n</div>'


def table(
    frame: pd.DataFrame,
    *,
    id: str,
    title: str,
    counting_unit: str,
    n: int | None,
    source: str,
    caption: str = "",
    alt_text: str = "",
    caveats: str | Sequence[str] = (),
    columns: Mapping[str, str | None] | None = None,
) -> Exhibit:
    """Return a counted table as an exhibit.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row a printed row. A named index becomes its first columns. A missing value is printed
        as an en dash with a note, the code ``not_stated`` as "Not stated".
    id : str
        Kebab-case ("works-by-year"), unique in an edition.
    title : str
        States what is shown.
    counting_unit : str
        What is counted, in the plural ("works").
    n : int or None
        How many of them the table rests on; None where nothing is counted.
    source : str
        The data the table was counted from.
    caption, alt_text : str
    caveats : str or sequence of str
        Each is printed under the table.
    columns : mapping, optional
        Column to printed heading, in printed order; None as heading leaves the column out of print
        (the data file keeps it). Columns that are not named follow under their own names.

    Returns
    -------
    Exhibit

    Raises
    ------
    InputError
        All problems at once: an id that is not kebab-case, an empty title, unit or source, an `n`
        that is not a count, `columns` that name no column, column names that repeat.
    """
    return _exhibit(
        "table", frame, id, title, counting_unit, n, source, caption, alt_text, caveats, columns
    )


def figure(
    fig: Figure,
    *,
    id: str,
    title: str,
    counting_unit: str,
    n: int | None,
    source: str,
    alt_text: str,
    data: pd.DataFrame,
    caption: str = "",
    caveats: str | Sequence[str] = (),
    columns: Mapping[str, str | None] | None = None,
) -> Exhibit:
    """Return a drawing, and the table it was drawn from, as an exhibit.

    Parameters
    ----------
    fig : matplotlib.figure.Figure
        Drawn in `figures.style.style()`. The exhibit's title and note are put above and below it.
    id, title, counting_unit, n, source, caption, caveats, columns
        As for `table`; `columns` heads the table of the data behind the figure.
    alt_text : str
        What the figure shows, for readers who do not see it; written from the data.
    data : pandas.DataFrame
        The counted table that was drawn.

    Returns
    -------
    Exhibit

    Raises
    ------
    InputError
        As for `table`; also a missing alt text, or a `fig` that is not a Matplotlib figure.
    """
    from matplotlib.figure import Figure

    from oso_analysis.figures.rendering import render

    drawing: Any = fig
    if not isinstance(drawing, Figure):
        raise InputError(
            [Problem("must be a Matplotlib Figure", column="fig", value=type(drawing).__name__)],
            f"exhibit {id!r}",
        )
    exhibit = _exhibit(
        "figure", data, id, title, counting_unit, n, source, caption, alt_text, caveats, columns
    )
    picture = render(
        fig,
        title=exhibit.title,
        notes=[exhibit.note, *(f"Note: {caveat}" for caveat in exhibit.caveats)],
        alt_text=exhibit.alt_text,
    )
    return replace(exhibit, picture=picture)


def _exhibit(
    kind: str,
    frame: Any,
    id: Any,
    title: Any,
    counting_unit: Any,
    n: Any,
    source: Any,
    caption: Any,
    alt_text: Any,
    caveats: Any,
    columns: Any,
) -> Exhibit:
    problems: list[Problem] = []
    if not isinstance(id, str) or not _ID.fullmatch(id):
        problems.append(
            Problem("must be kebab-case", column="id", value=id, nearest=_kebab(str(id)) or None)
        )
    texts = {"title": title, "counting_unit": counting_unit, "source": source}
    if kind == "figure":
        texts["alt_text"] = alt_text
    problems += [
        Problem("must not be empty", column=name)
        for name, text in texts.items()
        if not isinstance(text, str) or not text.strip()
    ]
    given = () if caveats is None else caveats
    is_one = isinstance(given, str) or not isinstance(given, Iterable)
    notes = (given,) if is_one else tuple(given)
    if not all(isinstance(note, str) for note in notes):
        problems.append(Problem("must be texts", column="caveats", value=caveats))
    if not isinstance(caption or "", str):
        problems.append(Problem("must be text", column="caption", value=caption))
    if n is not None and (isinstance(n, bool) or not isinstance(n, Integral) or int(n) < 0):
        problems.append(
            Problem("must be a whole number of at least 0, or None", column="n", value=n)
        )
    if not isinstance(frame, pd.DataFrame):
        problems.append(Problem("must be a DataFrame", column="data", value=type(frame).__name__))
        raise InputError(problems, f"exhibit {id!r}")
    names, rows, schema = plain_data(frame)
    problems += [
        Problem("is the name of more than one column", column=name)
        for name in dict.fromkeys(names)
        if names.count(name) > 1
    ]
    if columns is not None and not isinstance(columns, Mapping):
        rule = "must be a mapping of columns to headings, None leaving a column out"
        problems.append(Problem(rule, column="columns", value=type(columns).__name__))
        columns = None
    headings = {str(key): value for key, value in (columns or {}).items()}
    problems += [
        Problem("is not a column of the data", column=name, nearest=nearest(name, names))
        for name in headings
        if name not in names
    ]
    if problems:
        raise InputError(problems, f"exhibit {id!r}")
    return Exhibit(
        kind=kind,
        id=id,
        title=title.strip(),
        counting_unit=counting_unit.strip(),
        n=None if n is None else int(n),
        source=source.strip(),
        caption=(caption or "").strip(),
        alt_text=(alt_text or "").strip(),
        caveats=notes,
        columns=headings,
        schema=tuple(schema),
        rows=rows,
    )


def _kebab(text: str) -> str:
    return "-".join(re.findall(r"[a-z0-9]+", text.lower()))
