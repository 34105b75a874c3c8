"""What is looked at before an edition is published: no personal data, no count it withholds."""

from __future__ import annotations

import csv
import hashlib
import json
import shutil
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from oso_analysis.consultation.respondents import respondent_key
from oso_analysis.errors import RunError
from oso_analysis.files import csv_rows
from oso_analysis.runner.forkserver import Helper
from oso_analysis.runner.inputs import Digests

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["CONFIDENTIAL", "Release", "confidential_names"]

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

#: What to do about an exhibit with counts that its edition withholds.
_PROTECT = (
    "Withhold them as the chapters on the consultations do: `told = protect_consultation("
    "consultation, codebook, threshold=disclosure_threshold)`, then `told.table(…)` before a table "
    "is shown or drawn, and `told.shown(…)` for n. An exhibit that it does not know cannot be "
    "protected: leave it out where `told.on`. `from oso_analysis.disclosure.consultation import "
    "protect_consultation` comes before, and `help(protect_consultation)` says more. Caveats come "
    "without figures from `measure_reliability(review, disclosure_threshold=disclosure_threshold)`."
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


class Release:
    """Looks for personal data, confidential respondents and small counts in a staged edition.

    Parameters
    ----------
    root : Path
        The project.
    out : Path
        The staged edition.
    before : mapping
        The record of the edition published last, perhaps empty. Its files were looked at when it
        was published; those that are the same now are not looked at again, unless the scan or the
        list of confidential respondents has changed.
    helper : Helper, optional
        Another process to share the work with.
    threshold : int, optional
        Smallest count of answers that the edition may print; all may be where there is none.
    """

    def __init__(
        self,
        root: Path,
        out: Path,
        before: Mapping[str, Any],
        helper: Helper | None = None,
        *,
        threshold: int | None = None,
    ) -> None:
        self._out, self._helper, self._threshold = out, helper, threshold
        self._names = confidential_names(root)
        digests = Digests(root)
        rules: Mapping[str, Any] = before.get("assembled_from", {})
        same = all(rule in rules and rules[rule] == digests[rule] for rule in _RULES)
        self._known: Mapping[str, str] = before.get("outputs", {}) if same else {}
        self._begun: set[Path] = set()
        self._pool = ThreadPoolExecutor(1)
        self._looks: list[Future[pd.DataFrame]] = []

    def begin(self) -> None:
        """Have the helper look at what is there, while the rest is made."""
        if self._helper:
            self._share(self._new())

    def require(self) -> None:
        """Look at the rest.

        Raises
        ------
        RunError
            Naming every finding, masked: file, place and kind; or each exhibit with counts of
            answers that the edition withholds. The staged edition is emptied then.
        """
        import pandas as pd

        from oso_analysis.scan import require_none

        own = self._new()
        if self._helper:
            own, theirs = _halves(own)
            self._share(theirs)
        with self._pool:
            found = [_look(self._task(own)), *(look.result() for look in self._looks)]
        try:
            require_none(pd.concat(found, ignore_index=True).sort_values("file", kind="stable"))
            if self._threshold is not None:
                _require_protected(self._out, self._threshold)
        except RunError as error:
            # What must not be published must not lie about beside what is, either.
            shutil.rmtree(self._out)
            raise RunError(f"{error}\nThe published report was left as it was.") from None

    def _new(self) -> list[Path]:
        """Return the files that nobody has looked at or is looking at."""
        files = sorted(path for path in self._out.rglob("*") if path.is_file())
        return [path for path in files if path not in self._begun and not self._is_known(path)]

    def _is_known(self, path: Path) -> bool:
        known = self._known.get(path.relative_to(self._out).as_posix())
        return known is not None and known == hashlib.sha256(path.read_bytes()).hexdigest()

    def _share(self, files: list[Path]) -> None:
        assert self._helper is not None  # noqa: S101
        self._begun.update(files)
        self._looks.append(self._pool.submit(self._helper.call, _look, self._task(files)))

    def _task(self, files: list[Path]) -> _Look:
        return _Look([path.as_posix() for path in files], self._names, self._out.as_posix())


@dataclass(frozen=True)
class _Look:
    """Files to look at, respondents who must not be named, and the folder of the files."""

    files: list[str]
    names: list[str]
    folder: str


def _look(task: _Look) -> pd.DataFrame:
    from oso_analysis.scan import scan_paths

    return scan_paths(task.files, confidential=task.names, relative_to=Path(task.folder))


def _require_protected(out: Path, threshold: int) -> None:
    """Raise if any exhibit holds a count of answers that this edition says it withholds."""
    from oso_analysis.disclosure.printed import find_agreement, find_small_counts

    record = out / "exhibits.json"
    exhibits = json.loads(record.read_bytes())["exhibits"] if record.exists() else []
    said = []
    for exhibit in exhibits:
        (table,) = (file["path"] for file in exhibit["files"] if file["path"].endswith(".csv"))
        columns, *rows = csv_rows((out / table).read_bytes().decode("utf-8-sig"))
        place = f"notebooks/{exhibit['notebook']}: {exhibit['label']}, {exhibit['id']!r}"
        said += [
            f"{place}, column {column!r}: {number} {'count' if number == 1 else 'counts'} from 1 "
            f"to {threshold - 1}"
            for column, number in find_small_counts(exhibit, columns, rows, threshold).items()
        ]
        said += [
            f"{place}, {where}: how far coders agree on answers, which tells counts of them"
            for where in find_agreement(exhibit, columns, rows)
        ]
    if said:
        summary = f"counts of answers below {threshold} are withheld, but not in every exhibit:"
        raise RunError("\n  - ".join([summary, *said]) + "\n" + _PROTECT)


#: About how long a byte of some formats takes to look at, where a byte of text takes 1.
_EFFORT = {".xlsx": 12.0, ".pdf": 2.5, ".docx": 2.0, ".png": 0.05}


def _halves(files: Sequence[Path]) -> list[list[Path]]:
    """Deal files into two parts of about as much work, the largest first."""
    efforts = {path: path.stat().st_size * _EFFORT.get(path.suffix, 1.0) for path in files}
    halves: list[list[Path]] = [[], []]
    totals = [0.0, 0.0]
    for path in sorted(files, key=lambda path: (-efforts[path], path)):
        lighter = totals.index(min(totals))
        halves[lighter].append(path)
        totals[lighter] += efforts[path]
    return [sorted(half) for half in halves]
