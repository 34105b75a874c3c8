"""The flow as the template that the R package PRISMA2020 (and its web app) reads."""

from __future__ import annotations

import re
import textwrap

import pandas as pd

from oso_analysis.errors import InputError, Problem, require_columns
from oso_analysis.files import safe_cell
from oso_analysis.tables.prisma import FLOW_COLUMNS
from oso_analysis.tables.prisma_stages import AUTOMATION, NOT_RETRIEVED

__all__ = ["to_prisma2020_csv"]

#: The template's rows: name of the number, node and box of the diagram, printed text. The package
#: finds numbers by the first column and texts by the box; both are its interface.
_TEMPLATE = (
    ("", "node4", "prevstud", "Previous studies"),
    ("previous_studies", "node5", "box1", "Studies included in previous version of review"),
    ("previous_reports", "", "box1", "Reports of studies included in previous version of review"),
    ("", "node6", "newstud", "Identification of works by searches and other methods"),
    ("database_results", "node7", "box2", "Searches and other methods"),
    ("database_specific_results", "", "box2", "Each search"),
    ("register_results", "", "box2", "Registers"),
    ("register_specific_results", "", "box2", "Specific registers"),
    ("", "node16", "othstud", "Identification of new studies via other methods"),
    ("website_results", "node17", "box11", "Websites"),
    ("organisation_results", "", "box11", "Organisations"),
    ("citations_results", "", "box11", "Citation searching"),
    ("duplicates", "node8", "box3", "Duplicate records"),
    ("excluded_automatic", "", "box3", "Records marked as ineligible by automation tools"),
    ("excluded_other", "", "box3", "Records removed for other reasons"),
    ("records_screened", "node9", "box4", "Works screened"),
    ("records_excluded", "node10", "box5", "Works excluded"),
    ("dbr_sought_reports", "node11", "box6", "Works sought for retrieval"),
    ("dbr_notretrieved_reports", "node12", "box7", "Works not retrieved"),
    ("other_sought_reports", "node18", "box12", "Reports sought for retrieval"),
    ("other_notretrieved_reports", "node19", "box13", "Reports not retrieved"),
    ("dbr_assessed", "node13", "box8", "Works assessed for eligibility"),
    ("dbr_excluded", "node14", "box9", "Works excluded"),
    ("other_assessed", "node20", "box14", "Reports assessed for eligibility"),
    ("other_excluded", "node21", "box15", "Reports excluded"),
    ("new_studies", "node15", "box10", "Works included in review"),
    ("new_reports", "", "box10", "Records of included works"),
    ("total_studies", "node22", "box16", "Total works included in review"),
    ("total_reports", "", "box16", "Records of total included works"),
    ("identification", "node1", "identification", "Identification"),
    ("screening", "node2", "screening", "Screening"),
    ("included", "node3", "included", "Included"),
    ("total_studies_ma", "node23", "box17", "Total studies included in meta-analysis"),
    ("total_reports_ma", "", "box17", "Reports of total included studies in meta-analysis"),
)
#: Characters of a line; the package's own number for reasons. Longer ones leave their box.
_LINE = 35
#: Signs the package gives a meaning of its own, and what is drawn for them. It writes texts in
#: single quotes, makes every one a double quote, and leaves the rest to Graphviz, which would take
#: what follows a backslash for a command; ``@@``, ``@_`` and ``@^`` are commands of DiagrammeR,
#: the first of which runs R code.
_DRAWN = (
    (r"(?<![^\s(\[{/–—])'", "‘"),
    (r"'", "’"),
    (r'(?<![^\s(\[{/–—‘])"', "“"),
    (r'"', "”"),
    (r"\\", "/"),
    (r"@(?=[@_^])", "@ "),
)


def _drawable(label: str) -> str:
    for pattern, drawn in _DRAWN:
        label = re.sub(pattern, drawn, label)
    return label


def _lines(label: str) -> list[str]:
    """Return a label as the package can draw it, in lines that stay in their box."""
    return textwrap.wrap(_drawable(label), _LINE, break_on_hyphens=False) or [""]


def _list_parts(parts: pd.DataFrame) -> str:
    """Spell parts as the package parses them: "Reason, 12; Reason, 3"; "0" where there are none."""
    items = [
        # Commas and semicolons are the format's own signs. The package wraps these itself, but
        # only between words.
        f"{' '.join(_lines(re.sub('[,;] *', ' ', label)))}, {n}"
        for label, n in zip(parts["label"], parts["n"], strict=True)
    ]
    text = "; ".join(items) or "0"
    # The apostrophe that usually keeps a spreadsheet from running a text would break the drawing.
    return text if safe_cell(text) == text else f" {text}"


def _excluded_text(reasons: pd.DataFrame) -> str:
    """Return the text of the box of works excluded, which the package neither fills nor wraps."""
    lines = ["Works excluded:"]
    for label, n in zip(reasons["label"], reasons["n"], strict=True):
        *first, last = _lines(label)
        lines += [*first, f"{last} (n = {n:,})"]
    # The package puts the box's number below.
    return "\n".join([*lines, "In all"])


def _removed_text(removed: pd.DataFrame) -> str:
    """Return the text for records that left before screening; the package wraps it."""
    parts = []
    for label, unit, n in zip(removed["label"], removed["unit"], removed["n"], strict=True):
        each = ", one record each" if unit == "works" else ""
        parts.append(f"{_drawable(label[:1].lower() + label[1:])}{each}: {n:,}")
    return f"Records removed for other reasons ({'; '.join(parts)})"


def to_prisma2020_csv(flow: pd.DataFrame) -> str:
    """Return the flow as the CSV that ``PRISMA2020::PRISMA_data(read.csv(…))`` takes.

    The template has two columns of boxes, and in its right one records found by other methods are
    never de-duplicated against the left. Here they are, so all sources stand in the left column,
    each with its number, and the right column holds zeros: draw it with ``other = FALSE``,
    ``previous = FALSE``. Of reasons for exclusion at screening the template has only a total; they
    are spelt out in that box's text, a line each.

    The box before screening counts records. A work that is not yet screened leaves with the one
    record that removing duplicates has left of it, so it counts as one there; the text says how
    many records could not be read and how many works wait.

    Labels are spelt so that the package can draw them: ’ and “ ” for straight quotation marks, /
    for a backslash, and words longer than a line broken.

    Parameters
    ----------
    flow : pandas.DataFrame
        As `tables.prisma.count_prisma_flow` returns it.

    Returns
    -------
    str
        CSV with a header line: data, node, box, description, boxtext, tooltips, url, n.

    Raises
    ------
    InputError
        Missing columns or boxes.
    """
    require_columns(flow, FLOW_COLUMNS, where="to_prisma2020_csv")
    n = dict(zip(flow["box"], flow["n"].astype("int64"), strict=True))
    needed = ("identified", "duplicates", "works", "screened", "excluded", "included")
    missing = [box for box in needed if box not in n]
    if missing:
        raise InputError(
            Problem("is missing from the flow", column="box", value=b) for b in missing
        )

    parts = flow[flow["role"] == "part"]
    source_boxes = flow.loc[flow["role"] == "source", "box"]
    main = flow[flow["role"] == "main"]
    removed = flow[flow["role"] == "removed"]
    later = removed[removed["parent"].str.startswith("before_")]
    passed = int(main.loc[main["parent"] == "screened", "n"].iloc[0])
    not_retrieved = int(n.get(NOT_RETRIEVED, 0))
    ineligible = later[later["box"] != NOT_RETRIEVED]
    reasons = pd.concat(
        [
            parts[parts["parent"] == box]
            if (parts["parent"] == box).any()
            else later[later["box"] == box]
            for box in ineligible["box"]
        ]
        or [parts.iloc[:0]]
    )
    early = removed[
        removed["parent"].isin(["identified", "works"])
        & ~removed["box"].isin(["duplicates", AUTOMATION])
    ]
    numbers: dict[str, object] = {
        "database_results": n["identified"],
        "database_specific_results": _list_parts(parts[parts["parent"].isin(source_boxes)]),
        "duplicates": n["duplicates"],
        "excluded_automatic": int(n.get(AUTOMATION, 0)),
        "excluded_other": int(early["n"].sum()),
        "records_screened": n["screened"],
        "records_excluded": int(removed.loc[removed["parent"] == "screened", "n"].sum()),
        "dbr_sought_reports": passed,
        "dbr_notretrieved_reports": not_retrieved,
        "dbr_assessed": passed - not_retrieved,
        "dbr_excluded": _list_parts(reasons),
        "new_studies": n["included"],
        "new_reports": n.get("included_records", 0),
        "total_studies": n["included"],
        "total_reports": n.get("included_records", 0),
    }
    screening_reasons = pd.concat(
        [parts[parts["parent"] == "excluded"], removed[removed["box"] == "conflict"]]
    )
    texts = {}
    if len(screening_reasons):
        texts["records_excluded"] = _excluded_text(screening_reasons)
    if AUTOMATION in n:
        label = "Records marked as ineligible by automation tools"
        texts["excluded_automatic"] = f"{label} (one record of each work)"
    if len(early):
        texts["excluded_other"] = _removed_text(early)
    rows = [
        (
            name or None,
            node or None,
            box,
            text,
            texts.get(name, text),
            text if node else None,
            f"{name or box}.html" if node else None,
            numbers.get(name, 0),
        )
        for name, node, box, text in _TEMPLATE
    ]
    columns = ["data", "node", "box", "description", "boxtext", "tooltips", "url", "n"]
    table = pd.DataFrame(rows, columns=columns)
    return table.to_csv(index=False, na_rep="NA", lineterminator="\n")
