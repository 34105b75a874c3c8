"""The names that REFI-QDA files are made of, shared by the reader and the export."""

from __future__ import annotations

import re

__all__ = [
    "CODEBOOK_NAMESPACE",
    "PATH_SEPARATOR",
    "PROJECT_NAMESPACE",
    "is_qda_namespace",
    "normalise_guid",
]

PROJECT_NAMESPACE = "urn:QDA-XML:project:1.0"
CODEBOOK_NAMESPACE = "urn:QDA-XML:codebook:1.0"
#: Between the names of a code's path, parent first; code names hold "/", "." and ":" too often.
PATH_SEPARATOR = " > "

# Early files say 0.4 and some writers 1:0; the number changes nothing that is read.
_QDA_NAMESPACE = re.compile(r"urn:qda-xml:(project|codebook)([:.].*)?", re.IGNORECASE)


def is_qda_namespace(uri: str) -> bool:
    """Tell whether a namespace is the standard's, whichever version and prefix."""
    return _QDA_NAMESPACE.fullmatch(uri) is not None


def normalise_guid(guid: str | None) -> str:
    """Return a GUID without braces and in lower case, because one file may mix the spellings."""
    return (guid or "").strip().strip("{}").lower()
