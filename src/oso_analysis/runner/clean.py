"""Executed notebooks without anything that differs from run to run."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from oso_analysis.errors import InputError, Problem

__all__ = ["clean_notebook", "meaning", "source_digest"]

#: Cell metadata written by a run.
_RUN_METADATA = ("papermill", "execution", "ExecuteTime")
_WIDGETS = "application/vnd.jupyter.widget-state+json"
#: The file name IPython gives a cell: a temporary folder and the process, then a hash of the code.
_CELL_FILE = re.compile(r"(?:[A-Za-z]:)?[^\s\"'<>|]*ipykernel_\d+[\\/]+(\d+)\.py")
#: Memory addresses in default representations (`<object at 0x7f…>`).
_ADDRESS = re.compile(r"\bat 0x[0-9a-fA-F]{6,16}\b")


def clean_notebook(content: dict[str, Any], root: Path) -> bytes:
    """Return an executed notebook as deterministic bytes.

    Left out: times, durations, paths, kernel identities, the interpreter's patch version, and the
    state of widgets that no output shows, such as a session with a reader left behind.
    Random cell and widget identities become counted ones; in text outputs the project's folder, the
    packages' folder and memory addresses are replaced, because they differ between machines.
    """
    metadata = content.get("metadata", {})
    kept: dict[str, Any] = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python", "pygments_lexer": "ipython3", "file_extension": ".py"},
    }
    parameters = metadata.get("papermill", {}).get("parameters")
    if parameters:
        kept["papermill"] = {"parameters": parameters}
    if widgets := _shown_widgets(metadata.get("widgets", {}), content["cells"]):
        kept["widgets"] = widgets
    kept |= {
        key: value
        for key, value in metadata.items()
        if key not in {"kernelspec", "language_info", "papermill", "widgets"}
    }
    content["metadata"] = kept
    replace = _replacer(root)
    for number, cell in enumerate(content["cells"]):
        _clean_cell(cell, number, replace)
    text = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True)
    state = kept.get("widgets", {}).get(_WIDGETS, {}).get("state", {})
    for number, identity in enumerate(_in_order(text, state)):
        text = text.replace(identity, f"{number:032x}")
    if state:
        # The states are keyed by the identities just replaced, so their order must be made anew.
        text = json.dumps(json.loads(text), ensure_ascii=False, indent=1, sort_keys=True)
    return (text + "\n").encode("utf-8")


def _shown_widgets(widgets: dict[str, Any], cells: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the widgets' states that outputs show, directly or as a part of what they show."""
    states = widgets.get(_WIDGETS, {}).get("state", {})
    seen: set[str] = set()
    texts = [json.dumps([cell.get("outputs", []) for cell in cells])]
    while texts:
        text = texts.pop()
        found = {identity for identity in states if identity in text} - seen
        seen |= found
        texts += [json.dumps(states[identity]) for identity in found]
    if not seen:
        return {}
    shown = {identity: state for identity, state in states.items() if identity in seen}
    return {**widgets, _WIDGETS: {**widgets[_WIDGETS], "state": shown}}


def _in_order(text: str, identities: dict[str, Any]) -> list[str]:
    """Return random identities in the order of what cannot be random: where outputs show them."""
    shown = text.find('"metadata": {\n  "kernelspec"')
    body = text[: shown if shown >= 0 else len(text)]
    return sorted(
        identities,
        key=lambda identity: (
            body.find(identity) if identity in body else len(body),
            identities[identity].get("model_name", ""),
            re.sub(r"IPY_MODEL_\w+", "", json.dumps(identities[identity], sort_keys=True)),
        ),
    )


def _clean_cell(cell: dict[str, Any], number: int, replace: Callable[[str], str]) -> None:
    metadata = cell.setdefault("metadata", {})
    for key in _RUN_METADATA:
        metadata.pop(key, None)
    if not metadata.get("tags", True):
        # Papermill gives every cell a list of tags; an empty one says nothing.
        del metadata["tags"]
    if "injected-parameters" in metadata.get("tags", []):
        cell["id"] = "injected-parameters"
    cell.setdefault("id", f"cell-{number}")
    for output in cell.get("outputs", []):
        output.get("metadata", {}).pop("execution", None)
        if output["output_type"] == "stream":
            output["text"] = replace(output["text"])
        elif output["output_type"] == "error":
            output["evalue"] = replace(output["evalue"])
            output["traceback"] = [replace(line) for line in output["traceback"]]
        data = output.get("data", {})
        for kind, value in data.items():
            if kind.startswith("text/") and isinstance(value, str):
                data[kind] = replace(value)


def _replacer(root: Path) -> Callable[[str], str]:
    import sysconfig

    folders = [
        (sysconfig.get_path("purelib"), "site-packages"),
        (str(Path(__file__).parents[1]), "oso_analysis"),
        (str(root), "."),
    ]

    def replace(text: str) -> str:
        text = _CELL_FILE.sub(r"<cell \1>", text)
        for folder, name in folders:
            text = text.replace(folder, name)
        return _ADDRESS.sub("at 0x…", text)

    return replace


def source_digest(path: Path) -> str:
    """Return the `meaning` of a stored notebook: what a report names as its SHA-256.

    Raises
    ------
    InputError
        If it cannot be read as a notebook.
    """
    try:
        return meaning(path.read_bytes())
    except (OSError, ValueError) as error:
        raise InputError(
            [Problem(f"is not a readable notebook ({error})", file=path.name)]
        ) from None


def meaning(raw: bytes) -> str:
    """Return a digest of what a notebook computes: its cells, without outputs or run metadata.

    Storing a notebook with its outputs must not make it count as changed.

    It is the SHA-256 of the JSON text ``[cells, metadata]`` as Python's `json.dumps` writes it
    with sorted keys, each cell as ``[cell_type, source, id, metadata, attachments]``. Left out of
    the cells' metadata: `papermill`, `execution`, `ExecuteTime` and an empty list of tags; of the
    notebook's: `kernelspec`, `language_info`, `papermill` and `widgets`.

    Raises
    ------
    ValueError
        If `raw` is not a notebook.
    """
    content = json.loads(raw)
    try:
        cells = [
            [
                cell["cell_type"],
                "".join(cell["source"]),
                cell.get("id"),
                {
                    key: value
                    for key, value in cell.get("metadata", {}).items()
                    if key not in _RUN_METADATA and (key != "tags" or value)
                },
                cell.get("attachments"),
            ]
            for cell in content["cells"]
        ]
    except (KeyError, TypeError) as error:
        raise ValueError(f"not a notebook ({error})") from None
    kept = {
        key: value
        for key, value in content.get("metadata", {}).items()
        if key not in {"kernelspec", "language_info", "papermill", "widgets"}
    }
    return hashlib.sha256(json.dumps([cells, kept], sort_keys=True).encode("utf-8")).hexdigest()
