"""Reading bibliographic exports: any database's file in, one table out, nothing lost.

`read_records` recognises each file by its content, reads every entry in it and proves by an
independent count of entry markers that each one was either accepted or rejected.
"""

from __future__ import annotations

from oso_analysis.literature.readers.markers import count_markers
from oso_analysis.literature.readers.read import ReadResult, read_records
from oso_analysis.literature.readers.write import read_table, write_table

__all__ = ["ReadResult", "count_markers", "read_records", "read_table", "write_table"]
