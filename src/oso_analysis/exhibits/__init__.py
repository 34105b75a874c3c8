"""The record of one table or figure, of a stretch of prose, of a list of references.

Notebooks write no files: the value a cell displays is an exhibit, which carries what the reader
sees and, beside it, a machine-readable record that the report is assembled from.

>>> import pandas as pd
>>> from oso_analysis import exhibits
>>> years = pd.DataFrame({"year": [2018, 2019], "n_works": [1200, 34]})
>>> exhibits.table(years, id="works-by-year", title="Works by year", counting_unit="works",
...                n=1234, source="records in data/literature")
Table works-by-year: Works by year
Year  Works
2018  1,200
2019     34
n = 1,234 works · Source: records in data/literature
"""

from oso_analysis.exhibits.csl import csl_items
from oso_analysis.exhibits.evidence_map import EVIDENCE_MAP_MIME, EvidenceMap, evidence_map
from oso_analysis.exhibits.model import EXHIBIT_MIME, Exhibit, figure, table
from oso_analysis.exhibits.text import (
    PROSE_MIME,
    REFERENCES_MIME,
    Prose,
    References,
    paragraph,
    prose,
    references,
    say,
)
from oso_analysis.exhibits.words import describe_counts

__all__ = [
    "EVIDENCE_MAP_MIME",
    "EXHIBIT_MIME",
    "PROSE_MIME",
    "REFERENCES_MIME",
    "EvidenceMap",
    "Exhibit",
    "Prose",
    "References",
    "csl_items",
    "describe_counts",
    "evidence_map",
    "figure",
    "paragraph",
    "prose",
    "references",
    "say",
    "table",
]
