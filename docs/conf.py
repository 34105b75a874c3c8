"""How the documentation site is built: from this folder and the docstrings, offline."""

from oso_analysis import __version__

project = "oso-analysis"
author = "oso-analysis maintainers"
copyright = "oso-analysis maintainers; text CC BY 4.0, code MIT"
release = version = __version__

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
]
source_suffix = {".md": "markdown"}
myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 3
# A fence may name a kind of file (csv) that nothing colours.
suppress_warnings = ["misc.highlighting_failure"]

autodoc_typehints = "none"
autodoc_member_order = "bysource"
napoleon_google_docstring = False
napoleon_use_rtype = False

html_theme = "alabaster"
html_theme_options = {
    "description": "Reproducible tables, figures and reports",
    "fixed_sidebar": True,
    "page_width": "1080px",
    "sidebar_width": "250px",
    "show_powered_by": False,
    "font_family": "system-ui, sans-serif",
    "head_font_family": "system-ui, sans-serif",
    "font_size": "16px",
}
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_sidebars = {"**": ["about.html", "searchfield.html", "navigation.html"]}
html_show_sourcelink = False
html_copy_source = False
html_last_updated_fmt = None

# Formulas are drawn by Matplotlib when the site is built: no page fetches a script.
html_math_renderer = "drawn"


def _formula(latex: str, *, inline: bool) -> str:
    from html import escape
    from io import StringIO

    from matplotlib import rc_context
    from matplotlib.figure import Figure
    from matplotlib.font_manager import FontProperties
    from matplotlib.mathtext import MathTextParser

    text = f"${' '.join(latex.split())}$"
    font = FontProperties(size=11 if inline else 13)
    settings = {"svg.hashsalt": "docs", "svg.fonttype": "path", "mathtext.fontset": "stix"}
    with rc_context(settings):
        width, height, depth, _, _ = MathTextParser("path").parse(text, dpi=72, prop=font)
        figure = Figure(figsize=((width + 2) / 72, (height + 2) / 72))
        figure.text(1 / (width + 2), (depth + 1) / (height + 2), text, fontproperties=font)
        drawing = StringIO()
        figure.savefig(drawing, format="svg", transparent=True, metadata={"Date": None})
    svg = drawing.getvalue().partition("<svg")[2]
    label = escape(" ".join(latex.split()), quote=True)
    lowered = f"vertical-align:{-depth - 1:.1f}pt" if inline else "max-width:100%"
    return f'<svg role="img" aria-label="{label}" style="{lowered}"{svg}'


def _visit_inline(translator, node):
    from docutils.nodes import SkipNode

    translator.body.append(_formula(node.astext(), inline=True))
    raise SkipNode


def _visit_block(translator, node):
    from docutils.nodes import SkipNode

    translator.body.append(f'<p class="formula">{_formula(node.astext(), inline=False)}</p>')
    raise SkipNode


def setup(app):
    """Register the drawing of formulas."""
    app.add_html_math_renderer("drawn", (_visit_inline, None), (_visit_block, None))
