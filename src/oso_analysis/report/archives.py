"""Office files are zip archives: rewriting one without the time it was made.

Entries are not compressed. Pythons are built with different versions of zlib, and what these
compress differs in its bytes; an edition grows by a tenth.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping

__all__ = ["rewritten"]

#: Zip archives cannot hold an earlier moment; every entry is dated to it.
_EPOCH = (1980, 1, 1, 0, 0, 0)


def rewritten(
    archive: bytes,
    edit: Callable[[str, bytes], bytes],
    added: Mapping[str, bytes] | None = None,
) -> bytes:
    """Return the archive with each entry's content passed through `edit`, and no time in it.

    Parameters
    ----------
    archive : bytes
    edit : callable
        Takes an entry's name and content and returns its new content.
    added : mapping of str to bytes, optional
        Further entries.
    """
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(archive)) as source,
        zipfile.ZipFile(out, "w") as target,
    ):
        contents = {name: edit(name, source.read(name)) for name in source.namelist()}
        for name, content in {**contents, **(added or {})}.items():
            entry = zipfile.ZipInfo(name, date_time=_EPOCH)
            # Otherwise the operating system would leave its mark.
            entry.create_system = 0
            target.writestr(entry, content)
    return out.getvalue()
