"""One visual language for every figure: sizes, type, colours and the small shared marks.

Colours are constant throughout a report: a theme, an outcome or a sector has the same colour in
every figure. The eight theme colours were searched for in the OKLab space so that any two differ
clearly with normal sight, with simulated protanopia, deuteranopia and tritanopia (Machado et al.
2009, severity 1.0), and step in lightness so that a greyscale print still ranks them;
`tests/figures/test_style.py` measures all four. Colour is never the only carrier of a meaning:
label directly.

Figures are `matplotlib.figure.Figure` objects made without pyplot, so nothing stays open, no
display is needed and importing this module does not import Matplotlib.
"""

from __future__ import annotations

import re
import textwrap
import warnings
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from numbers import Real
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from oso_analysis.errors import InputError, Problem

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import Colormap
    from matplotlib.figure import Figure
    from matplotlib.text import Text

__all__ = [
    "ACCENT",
    "DPI",
    "FULL_WIDTH_MM",
    "GRID",
    "INK",
    "ISSUE",
    "MUTED",
    "NOT_STATED_COLOUR",
    "OUTCOME_COLOURS",
    "SECTOR_COLOURS",
    "SOLUTION",
    "THEME_COLOURS",
    "check_width",
    "count_colours",
    "direct_label",
    "new_figure",
    "note",
    "note_text",
    "outcome_colours",
    "quietly",
    "style",
    "text_colour_on",
    "theme_colours",
    "title",
    "wrap_label",
]

#: Width of the text block of an A4 page.
FULL_WIDTH_MM = 170.0
#: Narrower, labels and numbers meet; wider, a figure fits no paper.
LEAST_WIDTH_MM, MOST_WIDTH_MM = 60.0, 1000.0
#: Dots per inch of the PNG of a figure.
DPI = 200

#: Text, secondary text and grid lines; all text colours reach 4.5:1 on white.
INK = "#1f2328"
MUTED = "#59616a"
GRID = "#d9dde1"
#: One colour where colour carries no meaning (a plain bar chart).
ACCENT = "#113ea3"
#: Whatever is not stated, not known or has no colour of its own.
NOT_STATED_COLOUR = "#a3a9b0"
#: The diverging pair: problems respondents describe, measures they propose.
ISSUE = "#b3541e"
SOLUTION = "#1b5e8c"

THEME_COLOURS: Mapping[str, str] = MappingProxyType(
    {
        "international_policy": "#244200",
        "internet_industry": "#6864cb",
        "policing": "#113ea3",
        "research": "#898205",
        "risk_and_treatment": "#97415d",
        "multi_agency": "#56a4f4",
        "barriers": "#c279a0",
        "prevention": "#e49f67",
    }
)
OUTCOME_COLOURS: Mapping[str, str] = MappingProxyType(
    {"O1": "#222a94", "O2": "#d58600", "O3": "#900000", "O4": "#9277e5"}
)
_SECTOR_PAIRS = (
    # respondent sector, the sector of the literature it corresponds to, colour
    ("law_enforcement", "police", "#645f9b"),
    ("government_regulator", "policy", "#6b1e23"),
    ("child_protection_ngo", "child_protection", "#4096a9"),
    ("industry", "industry", "#702d6f"),
    ("academia", "research", "#959e34"),
    ("treatment_health", "health_treatment", "#1b815f"),
    ("survivor_group", "education", "#8e68da"),
    ("legal_civil_liberties", "courts", "#5f590a"),
    ("other", "probation_prison", "#b4bac1"),
)
SECTOR_COLOURS: Mapping[str, str] = MappingProxyType(
    {
        code: colour
        for respondent, sector, colour in _SECTOR_PAIRS
        for code in dict.fromkeys((respondent, sector))
    }
)

#: A unit's own noun, and what follows it: "themes of submissions", "works and 3 submissions".
_FURTHER = re.compile(r"(.*?)((?: of | and |,|$))(.*)", re.DOTALL)
#: Plurals in "ses" of words in "se". Of the others, only a dictionary knows ("theses", "bases").
_OF_SE = ("cases", "courses", "databases", "phrases", "purposes", "responses")
#: Endings from which cutting an s leaves no word: "theses", "searches", "boxes"; or no plural:
#: "press", "corpus", "analysis".
_UNCUT = ("ses", "hes", "xes", "zes", "oes", "ss", "us", "is", "series", "species")
#: Codes that stand in a facet's column without being codes of it; they stay grey.
_NO_COLOUR = frozenset({"no_solution", "not_stated", "several_outcomes", "total"})

_RC: Mapping[str, Any] = MappingProxyType(
    {
        "font.family": ["DejaVu Sans"],
        # 9.5 pt at 170 mm is still above 4 pt when a reader shrinks the figure to 80 mm.
        "font.size": 9.5,
        "axes.titlesize": 9.5,
        "axes.titleweight": "bold",
        "axes.titlelocation": "left",
        "axes.labelsize": 9.5,
        "axes.labelcolor": INK,
        "axes.edgecolor": MUTED,
        "axes.linewidth": 0.8,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.axisbelow": True,
        "axes.grid": False,
        "axes.formatter.use_locale": False,
        "axes.formatter.use_mathtext": False,
        "axes.unicode_minus": True,
        "grid.color": GRID,
        "grid.linewidth": 0.8,
        "xtick.labelsize": 9.0,
        "ytick.labelsize": 9.0,
        "xtick.color": MUTED,
        "ytick.color": MUTED,
        "xtick.labelcolor": INK,
        "ytick.labelcolor": INK,
        "text.color": INK,
        "text.parse_math": False,
        "lines.linewidth": 1.8,
        "lines.markersize": 5.0,
        "patch.linewidth": 0.0,
        "legend.frameon": False,
        "legend.fontsize": 9.0,
        "figure.facecolor": "white",
        "axes.facecolor": "white",
        "savefig.facecolor": "white",
        "savefig.dpi": DPI,
        "figure.dpi": 100,
        # Same figure, same bytes: fixed ids, and glyphs as paths so that no font is looked up.
        "svg.hashsalt": "oso-analysis",
        "svg.fonttype": "path",
        "path.simplify": True,
        # Letters keep their shapes and widths at every size, in both pictures.
        "text.hinting": "none",
    }
)
_MM_PER_INCH = 25.4
_NOTE_SIZE = 8.0
_TITLE_SIZE = 10.5


@contextmanager
def quietly() -> Iterator[None]:
    """Measure or draw letters that the font lacks without a warning for each.

    Which of them Matplotlib warns of depends on what was drawn before, so an executed notebook
    would not be the same twice; `check` names the labels instead.
    """
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", r"Glyph \d+ .* missing from font")
        yield


@contextmanager
def style() -> Iterator[None]:
    """Draw and save in the house style; settings return to what they were on leaving.

    Matplotlib reads its settings when an artist is made, so the whole of a plot function's drawing
    belongs inside, not only the making of the figure.
    """
    import matplotlib as mpl

    with mpl.rc_context(), quietly():
        # A reader's own matplotlibrc must not show through in a published figure.
        mpl.rcdefaults()
        mpl.rcParams.update(dict(_RC))  # type: ignore[arg-type]
        yield


def check_width(width_mm: object) -> None:
    """Raise an InputError unless a figure can have this width on paper, in millimetres."""
    # Neither True nor "170" is a number of millimetres, whatever Python makes of them.
    number = float(width_mm) if isinstance(width_mm, Real) else 0.0
    if isinstance(width_mm, bool) or not LEAST_WIDTH_MM <= number <= MOST_WIDTH_MM:
        rule = (
            f"must be a width in millimetres from {LEAST_WIDTH_MM:g} to {MOST_WIDTH_MM:g}, "
            f"such as {FULL_WIDTH_MM:g}"
        )
        raise InputError([Problem(rule, column="width_mm", value=repr(width_mm))])


def new_figure(*, width_mm: float = FULL_WIDTH_MM, height_mm: float = 95.0) -> Figure:
    """Return an empty figure in constrained layout that no window and no pyplot state knows of.

    Parameters
    ----------
    width_mm, height_mm : float
        Size of the drawing on paper in millimetres; an exhibit's title and note are added outside.

    Returns
    -------
    matplotlib.figure.Figure
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with style():
        figure = Figure(
            figsize=(width_mm / _MM_PER_INCH, height_mm / _MM_PER_INCH), layout="constrained"
        )
        FigureCanvasAgg(figure)
    return figure


def theme_colours(codes: Iterable[str]) -> dict[str, str]:
    """Return a colour for each theme of a figure, also for themes of another review's codebook.

    Themes this package knows keep their colour. Others take, in alphabetical order so that a theme
    has the same colour in every figure that shows all themes, the colours of those that are not
    there; when these are used up, and for "not stated", grey.
    """
    return _colours(codes, THEME_COLOURS)


def outcome_colours(codes: Iterable[str]) -> dict[str, str]:
    """Return a colour for each outcome of a figure; as `theme_colours`."""
    return _colours(codes, OUTCOME_COLOURS)


def _colours(codes: Iterable[str], known: Mapping[str, str]) -> dict[str, str]:
    wanted = list(dict.fromkeys(codes))
    free = iter([colour for code, colour in known.items() if code not in wanted])
    strangers = sorted(code for code in wanted if code not in known and code not in _NO_COLOUR)
    found = {code: next(free, NOT_STATED_COLOUR) for code in strangers}
    return {code: known.get(code) or found.get(code, NOT_STATED_COLOUR) for code in wanted}


def count_colours() -> Colormap:
    """Return the sequential colours for counts: white for none, darker for more.

    Blues of one hue, monotone in lightness, so the order survives greyscale and every kind of
    colour vision. Zero must be drawn as "0", not left to its near-white cell.
    """
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list(
        "oso_counts", ["#f4f7fb", "#c9dcf0", "#8bb6dd", "#4a86c0", "#1f5a9c", "#0b2f66"]
    )


def text_colour_on(background: str | tuple[float, ...]) -> str:
    """Return ink or white, whichever contrasts more with `background` (WCAG 2 contrast ratio)."""
    ground, ink = _luminance(background), _luminance(INK)
    dark = (max(ground, ink) + 0.05) / (min(ground, ink) + 0.05)
    return INK if dark >= 1.05 / (ground + 0.05) else "#ffffff"


def wrap_label(text: str, width: int = 22) -> str:
    """Break a label over lines of at most `width` characters; words are never cut."""
    return "\n".join(
        textwrap.wrap(text, width=width, break_long_words=False, break_on_hyphens=False)
    )


def title(target: Figure | Axes, text: str) -> Text:
    """Head a figure or one panel, left-aligned; the title states what is shown.

    Parameters
    ----------
    target : Figure or Axes
        A figure's title makes it stand alone; `exhibits.figure` puts the exhibit's title in its
        place. A panel's title names the panel.
    text : str

    Returns
    -------
    matplotlib.text.Text
    """
    from matplotlib.figure import Figure

    if isinstance(target, Figure):
        width = int(target.get_size_inches()[0] * 10.5)
        artist: Text = target.suptitle(
            wrap_label(text, width),
            x=0.01,
            ha="left",
            fontsize=_TITLE_SIZE,
            fontweight="bold",
            color=INK,
        )
        artist.set_gid("oso-title")
        return artist
    panel: Text = target.set_title(text, loc="left", fontsize=9.5, fontweight="bold", color=INK)
    return panel


def note_text(*, n: int | None, unit: str, source: str) -> str:
    """Return the line under every figure and table: n, what is counted, and where it is from."""
    parts = []
    if n is not None:
        parts.append(f"n = {n:,} {_one(unit) if n == 1 else unit}".rstrip())
    elif unit:
        parts.append(f"Counting unit: {unit}")
    if source:
        parts.append(f"Source: {source}")
    return " · ".join(parts)


def _one(unit: str) -> str:
    """Return a unit in the singular: its first noun, before what it is of or counted with.

    Only what is plainly a plural in s (or ies) is changed; any other unit stays as it is.
    """
    head, join, rest = _FURTHER.match(unit).groups()  # type: ignore[union-attr]
    if head.endswith(_UNCUT) and not head.endswith(_OF_SE):
        return unit
    for many, one in (("ies", "y"), ("s", "")):
        if head.endswith(many):
            return head.removesuffix(many) + one + join + rest
    return unit


def note(figure: Figure, *, n: int | None, unit: str, source: str) -> Text:
    """Write n, counting unit and source under a figure that stands alone.

    `exhibits.figure` puts the exhibit's own line in its place.
    """
    width = int(figure.get_size_inches()[0] * 14.5)
    artist: Text = figure.supxlabel(
        wrap_label(note_text(n=n, unit=unit, source=source), width),
        x=0.01,
        ha="left",
        fontsize=_NOTE_SIZE,
        color=MUTED,
    )
    artist.set_gid("oso-note")
    return artist


def direct_label(
    ax: Axes,
    x: float,
    y: float,
    text: str,
    *,
    colour: str = INK,
    dx: float = 4.0,
    ha: str = "left",
    size: float = 9.0,
) -> Text:
    """Write a label beside a data point, `dx` points away, instead of in a legend.

    Text in a pale series colour would be hard to read: it is darkened until it reaches 4.5:1 on
    white.
    """
    return ax.annotate(
        text,
        (x, y),
        xytext=(dx, 0),
        textcoords="offset points",
        ha=ha,
        va="center",
        fontsize=size,
        color=_readable(colour),
        annotation_clip=False,
    )


def _luminance(colour: Any) -> float:
    """Return the relative luminance of WCAG 2 (0 black to 1 white)."""
    from matplotlib.colors import to_rgb

    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _readable(colour: str) -> str:
    """Return `colour`, darkened as far as text on white needs (contrast of 4.5:1)."""
    from matplotlib.colors import to_hex, to_rgb

    red, green, blue = to_rgb(colour)
    for step in range(20):
        keep = 1 - step / 20
        dark = (red * keep, green * keep, blue * keep)
        if 1.05 / (_luminance(dark) + 0.05) >= 4.5:
            return str(to_hex(dark))
    return INK
