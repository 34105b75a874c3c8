"""What a review calls its facets and its searches: its own words where it gives them.

The codebook labels the codes. The facets themselves are named in the description of the coding
table, whose schema may map facets to labels (``facetLabels``).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

from oso_analysis.schema import DataPackage

__all__ = ["FACET_LABELS", "KIND_PLURALS", "facet_labels", "kind_in_sentence", "search_labels"]

_OF_RECORDS = re.compile(r"records\s*:\s*", re.IGNORECASE)

#: What facets that differ most from review to review are called where it says nothing else.
FACET_LABELS: Mapping[str, str] = {"theme": "Theme", "behaviour": "Form"}

#: Kinds of segments in the plural; another codebook's word stands as it is, as in its language.
KIND_PLURALS: Mapping[str, str] = {"Issue": "Issues", "Possible solution": "Possible solutions"}


def kind_in_sentence(label: str) -> str:
    """Return the label of a kind of segments as an English sentence has it.

    Parameters
    ----------
    label : str
        As the codebook gives it.

    Returns
    -------
    str
        In the plural; a word that is not this package's own in quotation marks, for its plural
        and its capitals are those of its language.

    Examples
    --------
    >>> from oso_analysis.labels import kind_in_sentence
    >>> kind_in_sentence("Issue"), kind_in_sentence("Maßnahme")
    ('issues', '“Maßnahme”')
    """
    return KIND_PLURALS[label].lower() if label in KIND_PLURALS else f"“{label}”"


def facet_labels(package: DataPackage, others: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the facets' labels, the review's own before the package's.

    Parameters
    ----------
    package : DataPackage
        Its table "coding" may give ``facetLabels`` beside ``codesByFacet``.
    others : mapping, optional
        Labels of further facets, in the words of one place; the review's own go first.

    Returns
    -------
    dict
        Facet to label, `others` in their order first.
    """
    schema = package["coding"].descriptor.get("schema", {})
    own = {str(facet): str(label) for facet, label in schema.get("facetLabels", {}).items()}
    return {**(others or {}), **FACET_LABELS, **own}


def search_labels(package: DataPackage) -> dict[str, str]:
    """Return what a review calls its searches, by the file that holds their records.

    Parameters
    ----------
    package : DataPackage

    Returns
    -------
    dict
        Name of the export (`DataPackage.exports`) to the title of its description, without a
        leading "Records:"; where several files have one title, with the file's name after it.
    """
    labels: dict[str, str] = {}
    for name, export in package.exports.items():
        title = export.title
        if title:
            words = title[found.end() :] if (found := _OF_RECORDS.match(title)) else title
            labels[name] = words[:1].upper() + words[1:]
    times = Counter(labels.values())
    return {
        name: f"{label} ({name})" if times[label] > 1 else label for name, label in labels.items()
    }
