"""Run notebooks again and say what moved since their outputs were stored."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from oso_analysis.display import plural
from oso_analysis.exhibits import EXHIBIT_MIME
from oso_analysis.notebooks.compare import Finding, Tolerance, compare_notebooks
from oso_analysis.notebooks.execute import (
    execute,
    failure_texts,
    read_notebook,
    select_notebooks,
)
from oso_analysis.parameters import declarations
from oso_analysis.project import chapters

__all__ = ["NotebookCheck", "check_notebooks", "summarise"]

#: Differences of one place spelt out before it is said how many more there are.
_SHOWN = 20


@dataclass(frozen=True)
class NotebookCheck:
    """What came of one notebook.

    Attributes
    ----------
    name : str
        File name.
    findings : tuple of Finding
        Every difference; empty if nothing moved.
    n_exhibits : int
        Tables and figures that were compared.
    failure : str
        Why it could not be run to its end; empty if it could.
    """

    name: str
    findings: tuple[Finding, ...]
    n_exhibits: int
    failure: str = ""

    @property
    def good(self) -> bool:
        """Whether it ran and nothing moved."""
        return not self.findings and not self.failure

    def __str__(self) -> str:
        """Return all differences as text, those of one exhibit together."""
        if self.good:
            exhibits = (
                "1 table or figure"
                if self.n_exhibits == 1
                else (f"{self.n_exhibits} tables and figures")
            )
            return f"{self.name}: nothing moved ({exhibits})"
        lines = [f"{self.name}: {plural(len(self.findings), 'difference')}"]
        for place, texts in _by_place(self.findings):
            lines += [f"  {place}", *(f"    {text}" for text in texts)]
        if self.failure:
            lines += [f"  {line}" for line in self.failure.split("\n")]
        return "\n".join(lines)


def check_notebooks(
    root: Path,
    names: Sequence[str] = (),
    *,
    tolerance: Tolerance | None = None,
    jobs: int = 1,
    engine: str = "warm",
) -> list[NotebookCheck]:
    """Execute notebooks with their defaults and compare with the outputs stored in them.

    Parameters
    ----------
    root : Path
        The project.
    names : sequence of str, optional
        Notebooks; by default all of `notebooks/`.
    tolerance : Tolerance, optional
        How far numbers and pixels may differ.
    jobs, engine
        As for a run.

    Returns
    -------
    list of NotebookCheck
        In the order of the notebooks' names. Nothing is written.

    Raises
    ------
    InputError
        If a notebook is unknown or unreadable, or the report's notebooks declare their parameters
        wrongly or differently.
    """
    notebooks = select_notebooks(root, names)
    stored = {path.name: read_notebook(path) for path in notebooks}
    # Whichever are run: a default is right or wrong by what the other chapters say.
    declarations(chapters(root), root)
    results = execute(root, notebooks, jobs=jobs, engine=engine)
    failures = failure_texts(results)
    checks = []
    for name, result in results.items():
        executed = json.loads(result.content)
        findings: list[Finding] = []
        if result.failure is None:
            if _has_outputs(executed) and not _has_outputs(stored[name]):
                text = f"is stored without outputs; run `oso-analysis notebooks refresh {name}`"
                findings = [Finding("Notebook", text)]
            else:
                findings = compare_notebooks(stored[name], executed, tolerance)
        records = [
            output
            for cell in executed["cells"]
            for output in cell.get("outputs", [])
            if EXHIBIT_MIME in output.get("data", {})
        ]
        checks.append(NotebookCheck(name, tuple(findings), len(records), failures.get(name, "")))
    return checks


def _has_outputs(notebook: dict[str, object]) -> bool:
    cells = notebook["cells"]
    return isinstance(cells, list) and any(cell.get("outputs") for cell in cells)


def _by_place(findings: Sequence[Finding]) -> list[tuple[str, list[str]]]:
    counts = Counter(finding.place for finding in findings)
    grouped = []
    for place, count in counts.items():
        texts = [finding.text for finding in findings if finding.place == place][:_SHOWN]
        if count > _SHOWN:
            texts.append(f"… and {count - _SHOWN:,} more")
        grouped.append((place, texts))
    return grouped


def summarise(checks: Sequence[NotebookCheck]) -> str:
    """Return the result of a check as Markdown, for a job summary or a pull request's comment."""
    moved = [check for check in checks if not check.good]
    lines = ["## What moved in the notebooks", ""]
    if not moved:
        total = sum(check.n_exhibits for check in checks)
        lines.append(f"Nothing: {len(checks)} notebooks, {total} tables and figures are the same.")
        return "\n".join(lines) + "\n"
    lines += ["| notebook | tables and figures | result |", "|---|---:|---|"]
    for check in checks:
        result = "nothing moved" if check.good else plural(len(check.findings), "difference")
        if check.failure:
            result = "**did not run to its end**"
        lines.append(f"| {check.name} | {check.n_exhibits} | {result} |")
    for check in moved:
        lines += ["", f"### {check.name}", ""]
        for place, texts in _by_place(check.findings):
            lines += [f"**{place}**", "", *(f"- {_escape(text)}" for text in texts), ""]
        if check.failure:
            lines += ["```text", check.failure.replace("```", "'''"), "```", ""]
    lines += [
        "",
        "If this is what was meant, store it with `oso-analysis notebooks refresh` and commit.",
    ]
    return "\n".join(lines) + "\n"


def _escape(text: str) -> str:
    """Keep data from acting as Markdown, HTML or a mention of somebody."""
    for mark in "\\`*_[]#|":
        text = text.replace(mark, f"\\{mark}")
    return text.replace("<", "&lt;").replace("@", "@\u200b")
