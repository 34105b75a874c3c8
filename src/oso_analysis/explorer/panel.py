"""The explorer's controls, drawn with ipywidgets; imported only where a person is looking."""

from __future__ import annotations

import base64
from html import escape
from typing import TYPE_CHECKING, Any

import ipywidgets as widgets

from oso_analysis.errors import OsoError
from oso_analysis.explorer.choices import SHOWN, UNITS
from oso_analysis.explorer.saved import SAVED

if TYPE_CHECKING:
    from oso_analysis.explorer.explorer import Explorer

__all__ = ["Panel"]

_WIDE = widgets.Layout(width="auto")
_IN_PLACE = "max-height:36em;overflow:auto"
_NO_SECOND = "(nothing else)"


class Panel:
    """Controls on the left; figure, numbers and code on the right."""

    def __init__(self, explorer: Explorer) -> None:
        self._explorer = explorer
        self._filling = False
        low, high = explorer.years
        self._counting = self._dropdown("Count")
        self._by = self._dropdown("by")
        self._across = self._dropdown("and by")
        self._show = self._dropdown("as")
        self._show.options = _swap(SHOWN)
        self._years = widgets.IntRangeSlider(
            min=low, max=high, description="Years", continuous_update=False, layout=_WIDE
        )
        self._lists = {
            name: widgets.SelectMultiple(description=label, rows=rows, layout=_WIDE)
            for name, label, rows in (
                ("countries", "Countries", 6),
                ("themes", "Themes", 8),
                ("sectors", "Sectors", 6),
            )
        }
        self._reset = widgets.Button(description="Keep everything", icon="undo")
        self._save = widgets.Button(
            description="Save as exhibit", icon="save", button_style="primary"
        )
        self._copy = widgets.HTML()
        self._message = widgets.HTML()
        self._picture = widgets.HTML()
        self._numbers = widgets.HTML()
        self._code = widgets.Textarea(rows=24, layout=widgets.Layout(width="99%"))
        self._code.add_class("oso-code")
        self.widget = self._layout()
        self._fill()
        self._draw()
        self._listen()

    @staticmethod
    def _dropdown(label: str) -> Any:
        return widgets.Dropdown(description=label, layout=_WIDE)

    def _layout(self) -> Any:
        hint = widgets.HTML(
            "<small style='display:block;line-height:1.35'>Nothing chosen in a list keeps all. "
            "Hold Ctrl (⌘ on a Mac) to choose several. "
            "The full span of years keeps also what states no year.</small>"
        )
        controls = widgets.VBox(
            [
                self._counting,
                self._by,
                self._across,
                self._show,
                self._years,
                *self._lists.values(),
                hint,
                self._reset,
            ],
            layout=widgets.Layout(width="27em", max_width="100%", flex="0 1 auto"),
        )
        tabs = widgets.Tab(
            [self._picture, self._numbers, self._code],
            titles=("Exhibit", "Numbers", "Code"),
        )
        buttons = widgets.HBox([self._copy, self._save])
        shown = widgets.VBox(
            [buttons, self._message, tabs],
            layout=widgets.Layout(flex="1 1 30em", min_width="0", max_width="100%"),
        )
        box = widgets.HBox([controls, shown], layout=widgets.Layout(flex_flow="row wrap"))
        box.add_class("oso-explorer")
        return box

    def _fill(self) -> None:
        """Put the explorer's choices and what can be chosen into the controls."""
        self._filling = True
        choices, options = self._explorer.choices, self._explorer.options
        _offer(self._counting, _swap(UNITS), choices.counting)
        _offer(self._by, _swap(options["by"]), choices.by)
        across = [(_NO_SECOND, None), *_swap(options["across"])]
        _offer(self._across, across, choices.across)
        self._across.disabled = not options["across"]
        self._show.value = choices.show
        self._years.value = choices.years or (self._years.min, self._years.max)
        for name, control in self._lists.items():
            _offer(control, _swap(options[name]), tuple(getattr(choices, name)))
        self._filling = False

    def _listen(self) -> None:
        named = {
            "counting": self._counting,
            "by": self._by,
            "across": self._across,
            "show": self._show,
            "years": self._years,
            **self._lists,
        }
        for name, control in named.items():
            control.observe(lambda change, name=name: self._chosen(name, change["new"]), "value")
        self._reset.on_click(
            lambda _: self._change(years=None, countries=(), themes=(), sectors=())
        )
        self._save.on_click(lambda _: self._keep())

    def _chosen(self, name: str, value: Any) -> None:
        if self._filling:
            return
        if name == "years" and tuple(value) == (self._years.min, self._years.max):
            value = None
        self._change(**{name: value})

    def _change(self, **changes: Any) -> None:
        try:
            self._explorer.choose(**changes)
        except OsoError as error:
            self._say(str(error), good=False)
            return
        self._fill()
        self._draw()

    def _draw(self) -> None:
        self._say("")
        code = self._explorer.code
        self._code.value = code
        self._copy.value = (
            '<button class="jupyter-button oso-copy" data-code="'
            + escape(code, quote=True)
            + '" onclick="navigator.clipboard.writeText(this.dataset.code);'
            "this.textContent='Copied';\">Copy as code</button>"
        )
        try:
            exhibit = self._explorer.exhibit
        except OsoError as error:
            self._picture.value = self._numbers.value = ""
            self._save.disabled = True
            self._say(str(error), good=False)
            return
        self._save.disabled = False
        # A cross-tabulation has a hundred rows; it scrolls in place, beside its controls.
        self._numbers.value = f'<div style="{_IN_PLACE}">{exhibit.html_data()}</div>'
        if exhibit.picture is None:
            self._picture.value = self._numbers.value
            return
        png = base64.b64encode(exhibit.picture.png).decode("ascii")
        self._picture.value = (
            f'<img class="oso-figure" style="max-width:100%" src="data:image/png;base64,{png}" '
            f'alt="{escape(exhibit.alt_text, quote=True)}"><p>{escape(exhibit.caption)}</p>'
        )

    def _keep(self) -> None:
        try:
            self._explorer.save()
        except OsoError as error:
            self._say(str(error), good=False)
            return
        self._say(
            f"Saved as “{self._explorer.cell.id}” in {SAVED.as_posix()}; the next "
            "oso-analysis run includes it."
        )

    def _say(self, text: str, *, good: bool = True) -> None:
        colour = "#1b6e3c" if good else "#a33"
        lines = escape(text).replace("\n", "<br>")
        self._message.value = f'<div role="status" style="color:{colour}">{lines}</div>'


def _swap(names: dict[str, str]) -> list[tuple[str, str]]:
    return [(label, code) for code, label in names.items()]


def _offer(control: Any, options: list[Any], value: Any) -> None:
    """Give a control its options and value; only what differs, for a change redraws it."""
    if list(control.options) != options:
        control.options = options
    if control.value != value:
        control.value = value
