"""A real JupyterLab on a copy of the project, and a browser to look at it."""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from running_lab import Lab

from oso_analysis.cli.lab import START, lab_command, lab_environment

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
_COPIED = ("data", "notebooks", "editions.yaml", "pyproject.toml", "CITATION.cff")


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.fixture(scope="session")
def lab(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """JupyterLab as `oso-analysis lab` starts it, on a free port of this machine."""
    if CHROMIUM is None:
        pytest.skip("no chromium on this machine")
    project, home = tmp_path_factory.mktemp("project"), tmp_path_factory.mktemp("home")
    for name in _COPIED:
        copy = shutil.copytree if (root / name).is_dir() else shutil.copy
        copy(root / name, project / name)
    (project / "notebooks/90_saved_exhibits.ipynb").unlink(missing_ok=True)
    port, token = _free_port(), secrets.token_hex(16)
    options = [
        "--no-browser",
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0",
        f"--IdentityProvider.token={token}",
        "--LabApp.expose_app_in_browser=True",
    ]
    places = ("JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR", "HOME")
    labs = ("JUPYTERLAB_SETTINGS_DIR", "JUPYTERLAB_WORKSPACES_DIR")
    environment = lab_environment(os.environ) | {name: str(home) for name in (*places, *labs)}
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        options.append("--allow-root")
    log = (home / "lab.log").open("wb")
    server = subprocess.Popen(
        lab_command(str(project), START, options),
        cwd=project,
        env=environment,
        stdout=log,
        stderr=subprocess.STDOUT,
    )
    found = Lab(project, f"http://127.0.0.1:{port}", token)
    try:
        _wait_for(found, server, home / "lab.log")
        yield found
    finally:
        server.terminate()
        server.wait(timeout=30)
        log.close()


def _wait_for(lab: Lab, server: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(240):
        assert server.poll() is None, log.read_text(encoding="utf-8", errors="replace")
        try:
            with urllib.request.urlopen(f"{lab.address}/api/status?token={lab.token}", timeout=5):  # noqa: S310
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.25)
    raise AssertionError(log.read_text(encoding="utf-8", errors="replace"))
