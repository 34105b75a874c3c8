"""What is looked at before an edition is published: no personal data in any file of it."""

from __future__ import annotations

import csv
import hashlib
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from oso_analysis.consultation.respondents import respondent_key
from oso_analysis.errors import RunError
from oso_analysis.runner.inputs import Digests

__all__ = ["CONFIDENTIAL", "confidential_names", "require_release"]

#: Respondents who must not be named in any output; a project without the file has none.
CONFIDENTIAL = Path("data/consultation/confidential.csv")
#: What decides whether a file is clean, apart from the file.
_RULES = (
    CONFIDENTIAL.as_posix(),
    "package:scan.py",
    "package:personal_data.py",
    "package:runner/release.py",
)


def confidential_names(root: Path) -> list[str]:
    """Return the respondents who must not be named, as listed and as they are recognised, sorted.

    The table is checked with all others when a notebook loads the review; only its first column,
    `respondent`, is read here.
    """
    try:
        text = (root / CONFIDENTIAL).read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return []
    listed = [(row.get("respondent") or "").strip() for row in csv.DictReader(text.splitlines())]
    return sorted({name for one in listed if one for name in (one, respondent_key(one))})


def require_release(root: Path, out: Path, before: Mapping[str, Any], digests: Digests) -> None:
    """Raise if a staged edition holds personal data or names a confidential respondent.

    Parameters
    ----------
    root : Path
        The project.
    out : Path
        The staged edition; emptied if it must not be published.
    before : mapping
        The record of the edition published last, perhaps empty. Its files were looked at when it
        was published; those that are the same now are not looked at again, unless the scan or the
        list of confidential respondents has changed.
    digests : Digests

    Raises
    ------
    RunError
        Naming every finding, masked: file, place and kind.
    """
    from oso_analysis.scan import require_clean

    names = confidential_names(root)
    rules: Mapping[str, Any] = before.get("assembled_from", {})
    same = all(rule in rules and rules[rule] == digests[rule] for rule in _RULES)
    known: Mapping[str, str] = before.get("outputs", {}) if same else {}
    files = sorted(path for path in out.rglob("*") if path.is_file())
    new = [
        path
        for path in files
        if known.get(path.relative_to(out).as_posix())
        != hashlib.sha256(path.read_bytes()).hexdigest()
    ]
    try:
        require_clean(new, confidential=names, relative_to=out)
    except RunError as error:
        # What must not be published must not lie about beside what is, either.
        shutil.rmtree(out)
        raise RunError(f"{error}\nThe published report was left as it was.") from None
