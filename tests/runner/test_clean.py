"""Stored notebooks hold nothing that somebody's session left behind."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

from oso_analysis.runner.clean import clean_notebook

_STATE = "application/vnd.jupyter.widget-state+json"
_VIEW = "application/vnd.jupyter.widget-view+json"
_SHOWN, _PART, _GONE = "a" * 32, "b" * 32, "c" * 32


def _notebook(*shown: str) -> dict[str, Any]:
    outputs = [
        {"output_type": "display_data", "metadata": {}, "data": {_VIEW: {"model_id": identity}}}
        for identity in shown
    ]
    states = {
        _GONE: {"model_name": "ButtonModel", "state": {}},
        _PART: {"model_name": "LayoutModel", "state": {}},
        _SHOWN: {"model_name": "BoxModel", "state": {"layout": f"IPY_MODEL_{_PART}"}},
    }
    cell = {"cell_type": "code", "id": "x", "metadata": {}, "source": "1", "outputs": outputs}
    widgets = {_STATE: {"state": states, "version_major": 2, "version_minor": 0}}
    return {"cells": [cell], "metadata": {"widgets": widgets}, "nbformat": 4, "nbformat_minor": 5}


def test_the_state_of_a_widget_that_no_output_shows_goes(tmp_path: Path) -> None:
    cleaned = json.loads(clean_notebook(_notebook(), tmp_path))
    assert "widgets" not in cleaned["metadata"]
    bare = copy.deepcopy(_notebook())
    bare["metadata"] = {}
    assert clean_notebook(_notebook(), tmp_path) == clean_notebook(bare, tmp_path)


def test_what_an_output_shows_keeps_its_state_with_all_its_parts(tmp_path: Path) -> None:
    cleaned = json.loads(clean_notebook(_notebook(_SHOWN), tmp_path))
    states = cleaned["metadata"]["widgets"][_STATE]["state"]
    assert sorted(state["model_name"] for state in states.values()) == ["BoxModel", "LayoutModel"]
    shown = cleaned["cells"][0]["outputs"][0]["data"][_VIEW]["model_id"]
    assert states[shown]["model_name"] == "BoxModel"
