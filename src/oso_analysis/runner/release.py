"""What is looked at before an edition is published: no personal data in any file of it."""

from __future__ import annotations

import csv
import hashlib
import shutil
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from oso_analysis.consultation.respondents import respondent_key
from oso_analysis.errors import RunError
from oso_analysis.runner.forkserver import Helper
from oso_analysis.runner.inputs import Digests

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["CONFIDENTIAL", "confidential_names", "require_release"]

#: Respondents who must not be named in any output; a project without the file has none.
CONFIDENTIAL = Path("data/consultation/confidential.csv")
#: What decides whether a file is clean, apart from the file.
_RULES = (
    CONFIDENTIAL.as_posix(),
    "package:scan/markup.py",
    "package:scan/search.py",
    "package:scan/texts.py",
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


def require_release(
    root: Path,
    out: Path,
    before: Mapping[str, Any],
    digests: Digests,
    helper: Helper | None = None,
) -> None:
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
    helper : Helper, optional
        Another process, which looks at half of the files.

    Raises
    ------
    RunError
        Naming every finding, masked: file, place and kind.
    """
    import pandas as pd

    from oso_analysis.scan import require_none

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
    halves = _halves(new) if helper else [new]
    looks = [_Look([path.as_posix() for path in half], names, out.as_posix()) for half in halves]
    if helper:
        with ThreadPoolExecutor(1) as pool:
            theirs = pool.submit(helper.call, _look, looks[1])
            found = [_look(looks[0]), theirs.result()]
    else:
        found = [_look(look) for look in looks]
    try:
        require_none(pd.concat(found, ignore_index=True).sort_values("file", kind="stable"))
    except RunError as error:
        # What must not be published must not lie about beside what is, either.
        shutil.rmtree(out)
        raise RunError(f"{error}\nThe published report was left as it was.") from None


@dataclass(frozen=True)
class _Look:
    """Files to look at, respondents who must not be named, and the folder of the files."""

    files: list[str]
    names: list[str]
    folder: str


def _look(task: _Look) -> pd.DataFrame:
    from oso_analysis.scan import scan_paths

    return scan_paths(task.files, confidential=task.names, relative_to=Path(task.folder))


def _halves(files: Sequence[Path]) -> list[list[Path]]:
    """Deal files into two parts of about as many bytes, the largest first."""
    sizes = {path: path.stat().st_size for path in files}
    halves: list[list[Path]] = [[], []]
    weights = [0, 0]
    for path in sorted(files, key=lambda path: (-sizes[path], path)):
        lighter = weights.index(min(weights))
        halves[lighter].append(path)
        weights[lighter] += sizes[path]
    return [sorted(half) for half in halves]
