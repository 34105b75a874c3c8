"""What a running JupyterLab is to a test."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass
class Lab:
    """A running JupyterLab."""

    root: Path
    address: str
    token: str

    def url(self, notebook: str) -> str:
        """Return the address of a notebook in a workspace of its own."""
        stem = notebook.partition(".")[0]
        return f"{self.address}/lab/workspaces/{stem}/tree/notebooks/{notebook}?token={self.token}"
