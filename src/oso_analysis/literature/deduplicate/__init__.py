"""Find the records that describe one work, and make one row of them.

The way is always the same: `normalise` each record, `block` (choose pairs worth comparing),
`match` (weigh the evidence for and against each pair), `cluster` (join linked records, never
across a contradiction), `merge` (one row a work). `docs/deduplication.md` tells it in plain words.
"""

from __future__ import annotations

from oso_analysis.literature.deduplicate.core import Deduplication, deduplicate

__all__ = ["Deduplication", "deduplicate"]
