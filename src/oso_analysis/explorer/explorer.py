"""The explorer itself: choices, the exhibit they make, and its code."""

from __future__ import annotations

import os
from dataclasses import asdict
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from oso_analysis.errors import InputError, Problem
from oso_analysis.exhibits import Exhibit, Prose
from oso_analysis.explorer.choices import Choices, facet_names, legal, make_choices, not_names
from oso_analysis.explorer.code import Cell, write_cell
from oso_analysis.explorer.saved import save_cell, saved_defaults
from oso_analysis.reliability import Reliability, measure_reliability
from oso_analysis.review import Review
from oso_analysis.scope import SCOPE, Scope, scope_review

__all__ = ["Explorer", "explore"]

#: Set by Jupyter's server for the kernels behind its notebooks, and by nothing that runs notebooks
#: without a reader (papermill, nbval, nbconvert).
_SESSION = "JPY_SESSION_NAME"


class Explorer:
    """One exhibit that changes with its choices; shows itself with controls or as it stands."""

    def __init__(self, review: Review, *, live: bool, **choices: Any) -> None:
        self._review = review
        self._live = live
        self._scope: Scope = scope_review(review)
        self._choices = make_choices(review, self._scope, choices)
        self._shown: tuple[Choices, Exhibit] | None = None

    @cached_property
    def _reliability(self) -> Reliability:
        return measure_reliability(self._review)

    @property
    def choices(self) -> Choices:
        """What is chosen."""
        return self._choices

    @property
    def options(self) -> dict[str, dict[str, str]]:
        """What each choice may be now, with printed names."""
        return legal(self._review, self._scope, self._choices.counting, self._choices.by)

    @property
    def years(self) -> tuple[int, int]:
        """First and last year that works and submissions state."""
        stated = [
            year
            for frame in (self._scope.works, self._scope.submissions)
            for year in frame["year"].dropna()
        ]
        return (int(min(stated)), int(max(stated))) if stated else (0, 0)

    def choose(self, **changes: Any) -> None:
        """Change choices; what they no longer allow goes back to its default.

        Raises
        ------
        InputError
            All problems at once; nothing has changed then.
        """
        if problems := not_names(changes):
            raise InputError(problems, "these choices cannot be used")
        values = asdict(self._choices) | changes
        if changes.keys() & {"counting", "by"}:
            new = legal(self._review, self._scope, values["counting"], values["by"])
            if "by" not in changes and values["by"] not in new["by"]:
                values["by"] = next(iter(new["by"]))
                new = legal(self._review, self._scope, values["counting"], values["by"])
            if "across" not in changes and values["across"] not in new["across"]:
                values["across"] = None
            for name in ("countries", "themes", "sectors"):
                if name not in changes:
                    values[name] = tuple(code for code in values[name] if code in new[name])
        self._choices = make_choices(self._review, self._scope, values)

    @property
    def cell(self) -> Cell:
        """The cell that makes the exhibit."""
        return write_cell(self._choices, facet_names(self._review))

    @property
    def code(self) -> str:
        """The cell with everything it needs, to paste into any notebook of the project."""
        return self.cell.alone

    @property
    def exhibit(self) -> Exhibit:
        """The table or figure.

        Raises
        ------
        InputError
            If these choices leave nothing to count.
        """
        if self._shown is None or self._shown[0] != self._choices:
            exhibit: Exhibit = self._run(self.cell, self.cell.exhibit, scope=self._scope)
            self._shown = (self._choices, exhibit)
        return self._shown[1]

    def _run(self, cell: Cell, last: str, **known: Any) -> Any:
        """Return what a cell shows that ends with the expression `last`, given its other names."""
        import oso_analysis

        names: dict[str, Any] = {
            "oso": oso_analysis,
            "review": self._review,
            "reliability": self._reliability,
            **known,
        }
        # The code is written from checked choices only, and is what the analyst is given to read.
        names["part"] = eval(cell.part, names)  # noqa: S307
        if getattr(names["part"], self._choices.counting).empty:
            rule = f"leaves no {self._choices.counting}; choose more years, places or codes"
            raise InputError([Problem(rule, value=names["part"].text)], "there is nothing to show")
        names["counted"] = eval(cell.counted, names)  # noqa: S307
        return eval(last, names)  # noqa: S307

    def _in_edition(self) -> Exhibit | Prose:
        """Return what the cell shows in the notebook of saved exhibits, by its own parameters."""
        own = saved_defaults(self._review.root)
        threshold = own.get("disclosure_threshold")
        chosen = {name: own[name] for name in SCOPE if own.get(name)}
        if not chosen and threshold is None:
            return self.exhibit
        scope = scope_review(self._review, **chosen)
        shown: Exhibit | Prose = self._run(
            self.cell, self.cell.in_edition, scope=scope, disclosure_threshold=threshold
        )
        return shown

    def save(self) -> Path:
        """Add the exhibit to the edition: to `notebooks/90_saved_exhibits.ipynb`.

        The notebook is made if it is not there, with the defaults that the project's chapters agree
        on; the same choices saved again replace their cell.
        The next `oso-analysis run` includes it.

        Returns
        -------
        pathlib.Path
            The notebook.

        Raises
        ------
        InputError
            If there is nothing to save, or the notebook cannot be read.
        """
        return save_cell(self._review.root, self.cell, self._in_edition())

    def __repr__(self) -> str:
        """Return the choices and the exhibit as text."""
        return f"{self.exhibit!r}"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        if self._live:
            from oso_analysis.explorer.panel import Panel

            bundle: dict[str, Any] = Panel(self).widget._repr_mimebundle_()
            return bundle
        return self.exhibit._repr_mimebundle_()


def explore(review: Review, *, live: bool | None = None, **choices: Any) -> Explorer:
    """Explore a review: choose, see the table or figure, copy its code or save it.

    Parameters
    ----------
    review : Review
        As `load_review` gives it.
    live : bool, optional
        Whether to show controls. By default they are shown where a person has the notebook open in
        Jupyter and ipywidgets is installed; a run without a reader (a test, a report) shows the
        exhibit alone, which is the same every time.
    **choices
        Where to start: `counting`, `by`, `across`, `show`, `years`, `countries`, `themes`,
        `sectors`, as in `explorer.Choices`.

    Returns
    -------
    Explorer
        `exhibit` is the table or figure, `code` the cell that makes it, `choose()` changes it and
        `save()` adds it to the edition.

    Raises
    ------
    InputError
        All illegal choices at once, each with the nearest legal one.

    Examples
    --------
    >>> import oso_analysis as oso
    >>> review = oso.load_review()
    >>> explorer = oso.explore(review, by="theme", countries=["GB"], years=(2015, 2025))
    >>> explorer.exhibit.title
    'Included works by issue area'
    """
    if live is None:
        live = bool(os.environ.get(_SESSION)) and find_spec("ipywidgets") is not None
    return Explorer(review, live=live, **choices)
