"""Choices written as the notebook cell that makes the same exhibit.

What the explorer shows is made by running this very cell, so that the two cannot differ.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from oso_analysis.display import within
from oso_analysis.explorer.choices import Choices

__all__ = ["SETUP", "Cell", "write_cell"]

#: What a cell needs to stand alone. A saved notebook has the same lines with its parameters.
SETUP = """import oso_analysis as oso

review = oso.load_review()
scope = oso.scope_review(review)
reliability = oso.measure_reliability(review)
"""
#: Longest line that the project's formatter leaves alone.
_WIDTH = 100
#: Codes that stand in an id as one word, so that what was chosen can be read back from it.
_COUNTRY, _WORD = re.compile("[A-Z]{2}"), re.compile("(?!(?:themes|sectors|table)$)[a-z]+")
_CODING = "data/literature/coding.csv (coder_1)"
_RECORDS = "data/literature/records"
_SUBMISSIONS = "data/consultation/submissions.csv, relevance.csv"
_SEGMENTS = "data/consultation/segments.csv (coder_1)"
_WORKS = "Included works"
_WHO = {"held_by": "who held the consultation"}
_SAID = "Coded segments"
_WORK_IDS = 'part.works["work_id"]'
_HEADINGS = {
    "n_works": "Works",
    "percent_of_works": "% of works",
    "percent_of_stated_works": "% of works that state it",
    "percent_of_row_works": "% of the row's works",
    "n_submissions": "Submissions",
    "n_relevant_submissions": "Relevant submissions",
    "n_segments": "Segments",
    "n_respondents": "Respondents",
    "percent_of_submissions": "% of submissions",
    "percent_of_segments": "% of segments",
    "n_submissions_of_sector": "Submissions of the sector",
    "percent_of_sector_submissions": "% of the sector's submissions",
    "n_segments_of_sector": "Segments of the sector",
    "percent_of_sector_segments": "% of the sector's segments",
}
_WORK_COUNTS = ("n_works", "percent_of_works", "percent_of_stated_works")
_SEGMENT_COUNTS = (
    "n_segments",
    "n_submissions",
    "n_respondents",
    "percent_of_segments",
    "percent_of_submissions",
)


@dataclass(frozen=True)
class Cell:
    """One notebook cell: the part shown, what is counted in it, then the exhibit.

    Attributes
    ----------
    id : str
        The exhibit's id.
    title : str
        The exhibit's title.
    part, counted, exhibit : str
        Python expressions; together they are the cell.
    answers : bool
        Whether it counts answers to consultations, which an edition may withhold.
    """

    id: str
    title: str
    part: str
    counted: str
    exhibit: str
    answers: bool

    @property
    def source(self) -> str:
        """The cell's text, laid out as the project's formatter does."""
        return f"part = {self.part}\ncounted = {self.counted}\n{self.exhibit}"

    @property
    def guarded(self) -> str:
        """The cell for an edition, which shows nothing that the edition withholds.

        Small counts are protected jointly over all that an edition prints; a table made by free
        choice is no part of that, so where counts are withheld it is left out, and said to be.
        """
        return f"part = {self.part}\ncounted = {self.counted}\n{self.in_edition}"

    @property
    def in_edition(self) -> str:
        """The expression that an edition's cell ends with; see `guarded`."""
        if not self.answers:
            return self.exhibit
        instead = (
            "oso.exhibits.prose(\n"
            '    "“{title}” is not shown: this edition withholds small counts.",\n'
            f"    title={_text(self.title)},\n)"
        )
        return f"{instead} if disclosure_threshold is not None else {self.exhibit}"

    @property
    def alone(self) -> str:
        """The cell with everything it needs before it."""
        return f"{SETUP}\n{self.source}"


@dataclass(frozen=True)
class _View:
    """How one kind of count is called, drawn and described."""

    count: tuple[str, Sequence[str]]
    draw: tuple[str, Sequence[str]]
    title: str
    n: str
    source: str
    #: Columns that print, by heading.
    columns: dict[str, str | None]
    #: What the alternative text names: the column of labels and the column of counts.
    described: tuple[str, str]
    caption: str = ""
    material: str | None = "literature"


def write_cell(choices: Choices, names: Mapping[str, str]) -> Cell:
    """Return the cell that makes the exhibit which these choices describe.

    Parameters
    ----------
    choices : Choices
        Already checked.
    names : mapping
        What is counted by, with its printed name (`choices.facet_names`).

    Returns
    -------
    Cell
    """
    view = _view(choices, names)
    identity = _identity(choices)
    counted = _call(*view.count)
    if choices.counting == "submissions" and choices.by == "country":
        counted += '.replace({"country": review.places})'
    shown = [
        _call(*view.draw) if choices.show == "figure" else "counted",
        f"id={_text(identity)}",
        f"title={_text(view.title)}",
        f"counting_unit={_text(choices.counting)}",
        f"n={view.n}",
        f"source={_text(view.source)}",
    ]
    if choices.show == "figure":
        label, unit = view.described
        described = _call(
            "oso.exhibits.describe_counts", ["counted", _text(label), _text(unit)], indent=4
        )
        shown += [f"alt_text={described}", "data=counted"]
    if view.caption:
        shown.append(f"caption={_text(view.caption)}")
    # Under the exhibit, not in its caption: a picture on its own must say what part it shows.
    caveats = ['f"Part shown: {part.text}."']
    if view.material is not None:
        material = [] if view.material == "literature" else [f"material={_text(view.material)}"]
        caveats.append(f"*{_call('reliability.caveats', ['counted', *material])}")
    shown.append(f"caveats=[{', '.join(caveats)}]")
    headings = "".join(
        f"        {_text(column)}: {'None' if heading is None else _text(heading)},\n"
        for column, heading in view.columns.items()
    )
    shown.append(f"columns={{\n{headings}    }}")
    exhibit = f"oso.exhibits.{choices.show}(\n" + "".join(f"    {item},\n" for item in shown) + ")"
    answers = choices.counting != "works"
    return Cell(identity, view.title, _narrowing(choices), counted, exhibit, answers)


def _view(choices: Choices, names: Mapping[str, str]) -> _View:
    if choices.counting == "works":
        return _works(choices, names)
    if choices.counting == "submissions":
        return _submissions(choices, names)
    return _segments(choices, names)


def _works(choices: Choices, names: Mapping[str, str]) -> _View:
    by, across = choices.by, choices.across
    name = names[by]
    codes = ["part.work_codes", _text(by)]
    if across is not None:
        other = names[across]
        return _View(
            ("oso.tables.cross_facets", [*codes, _text(across), _WORK_IDS, "review.codebook"]),
            ("oso.figures.plot_cross_table", ["counted", _text(by), _text(across)]),
            f"{_WORKS} by {within(name)} and {within(other)}",
            "len(part.works)",
            _CODING,
            _columns((by, across), ("n_works", "percent_of_row_works"), names),
            (f"{by}_label", "n_works"),
            "A work counts in each of its codes; totals count it once.",
        )
    columns = _columns((by,), _WORK_COUNTS, names)
    title = f"{_WORKS} by {within(name)}"
    described = (f"{by}_label", "n_works")
    if by == "country":
        count = ("oso.tables.count_countries", ["part.work_codes", _WORK_IDS, "review.places"])
    elif by in ("year", "type", "language"):
        count = (f"oso.tables.count_{by}s", ["part.works", _WORK_IDS])
        drawn = ["counted"] if by == "year" else ["counted", _text(by)]
        return _View(
            count,
            ("oso.figures.plot_years" if by == "year" else "oso.figures.plot_bars", drawn),
            title,
            "len(part.works)",
            _RECORDS,
            columns,
            described,
            material=None,
        )
    else:
        count = ("oso.tables.count_facet", [*codes, _WORK_IDS, "review.codebook"])
    return _View(
        count,
        ("oso.figures.plot_bars", ["counted", _text(by)]),
        title,
        "len(part.works)",
        _CODING,
        columns,
        described,
        "A work can have several codes, or none.",
    )


def _submissions(choices: Choices, names: Mapping[str, str]) -> _View:
    by = choices.by
    units = ("n_submissions", "n_relevant_submissions", "n_respondents", "percent_of_submissions")
    coded = by == "respondent_sector"
    heading: dict[str, str | None] = {by: names[by]}
    columns = _columns((by,), units, names) if coded else heading | _columns((), units, names)
    return _View(
        ("oso.tables.count_submissions", ["part.submissions", _text(by), "review.codebook"]),
        ("oso.figures.plot_submissions", ["counted", _text(by)]),
        f"Submissions by {within(_WHO.get(by, names[by]))}",
        "len(part.submissions)",
        _SUBMISSIONS,
        columns,
        (f"{by}_label" if coded else by, "n_submissions"),
        material=None,
    )


def _segments(choices: Choices, names: Mapping[str, str]) -> _View:
    by = choices.by
    described = (f"{by}_label", "n_segments")
    if choices.across is not None:
        units = (
            "n_segments",
            "n_submissions",
            "n_respondents",
            "n_segments_of_sector",
            "percent_of_sector_segments",
        )
        return _View(
            ("oso.tables.cross_sectors", ["part.segments", "review.codebook"]),
            ("oso.figures.plot_sector_heatmap", ["counted", 'unit="n_segments"']),
            f"{_SAID} by {within(names[by])} and {within(names[choices.across])}",
            "len(part.segments)",
            _SEGMENTS,
            _columns(("theme", "respondent_sector"), units, names),
            described,
            "Each segment has one theme, so a sector's segments add up.",
            "consultation",
        )
    if by == "outcome":
        return _View(
            ("oso.tables.count_outcomes", ["part.segments", "review.codebook"]),
            ("oso.figures.plot_outcomes", ["counted"]),
            "Coded segments by the outcome they serve",
            'int(counted["n_segments"].sum())',
            _SEGMENTS,
            _columns((by,), _SEGMENT_COUNTS, names),
            described,
            "Only what submissions propose can serve an outcome.",
            "consultation",
        )
    kinds = f'[{_text(by)}, "kind"]'
    drawn = ["counted"] if by == "theme" else ["counted", f"by={_text(by)}"]
    return _View(
        ("oso.tables.count_segments", ["part.segments", kinds, "review.codebook"]),
        ("oso.figures.plot_issues_and_solutions", drawn),
        f"{_SAID} by {within(names[by])}",
        "len(part.segments)",
        _SEGMENTS,
        _columns((by, "kind"), _SEGMENT_COUNTS, names),
        described,
        material="consultation",
    )


def _columns(
    facets: Sequence[str], units: Sequence[str], names: Mapping[str, str]
) -> dict[str, str | None]:
    columns: dict[str, str | None] = {}
    for facet in facets:
        columns |= {facet: None, f"{facet}_label": names[facet]}
    return columns | {unit: _HEADINGS[unit] for unit in units}


def _narrowing(choices: Choices) -> str:
    own = "sectors" if choices.counting == "works" else "respondent_sectors"
    given = [
        ("years", choices.years),
        ("countries", choices.countries),
        ("themes", choices.themes),
        (own, choices.sectors),
    ]
    arguments = [f"{name}={_literal(value)}" for name, value in given if value]
    return _call("oso.narrow_scope", ["review", "scope", *arguments], before=len("part = "))


def _literal(value: Sequence[object]) -> str:
    texts = [_text(item) if isinstance(item, str) else str(item) for item in value]
    joined = ", ".join(texts)
    return f"[{joined}]" if isinstance(value[0], str) else f"({joined})"


def _text(value: str) -> str:
    """Return a string literal with double quotes, as the formatter writes it."""
    plain = repr(value)
    inner = plain[1:-1].replace("\\'", "'")
    if '"' in inner:
        return plain
    return f'"{inner}"'


def _call(
    function: str, arguments: Sequence[str], *, indent: int = 0, before: int = len("counted = ")
) -> str:
    """Write a call on one line if it fits, else one argument a line."""
    line = f"{function}({', '.join(arguments)})"
    if indent + before + len(line) <= _WIDTH:
        return line
    pad = " " * indent
    return f"{function}(\n" + "".join(f"{pad}    {item},\n" for item in arguments) + f"{pad})"


def _identity(choices: Choices) -> str:
    """Return the id that these choices always have and no others, so that saving twice replaces.

    Themes and sectors may share their codes and countries do not, so that only the former follow
    the name of their list. An id has no sign that would tell two codes from one of two words; where
    that matters, a digest of the codes does.
    """
    parts = ["saved", choices.counting, "by", choices.by]
    if choices.across is not None:
        parts += ["and", choices.across]
    if choices.years is not None:
        parts += [str(year) for year in choices.years]
    parts += choices.countries
    for name, codes in (("themes", choices.themes), ("sectors", choices.sectors)):
        parts += [name, *codes] if codes else []
    plain = [_COUNTRY.fullmatch(code) for code in choices.countries]
    plain += [_WORD.fullmatch(code) for code in (*choices.themes, *choices.sectors)]
    if not all(plain):
        chosen = repr((choices.countries, choices.themes, choices.sectors))
        parts.append(hashlib.sha256(chosen.encode()).hexdigest()[:8])
    if choices.show == "table":
        parts.append("table")
    # A code may begin or end with a sign, an id may not.
    return "-".join(re.findall("[a-z0-9]+", "-".join(parts).lower()))
