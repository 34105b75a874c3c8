"""Kernel managers: the ordinary kernel, and one forked from a warmed template."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from oso_analysis.runner import forkserver

__all__ = ["ForkedKernelManager", "OrdinaryKernelManager", "manager_options"]

_SPEC = KernelSpec(
    argv=[sys.executable, "-m", "oso_analysis.runner.kernel", "-f", "{connection_file}"],
    display_name="Python 3",
    language="python",
    metadata={},
)


def manager_options(sockets: Path) -> dict[str, Any]:
    """Return where a kernel and its client meet: files in `sockets`, or TCP ports on Windows.

    A TCP port is chosen first and bound later, so kernels that start together can collide; files
    cannot, and need no network.
    """
    connection = str(sockets / f"k{os.getpid()}.json")
    if sys.platform == "win32":
        return {"connection_file": connection}
    return {
        "connection_file": connection,
        "transport": "ipc",
        "ip": str(sockets / f"k{os.getpid()}"),
    }


class OrdinaryKernelManager(AsyncKernelManager):
    """Starts this interpreter's own kernel, whatever kernels the user's Jupyter knows."""

    @property
    def kernel_spec(self) -> KernelSpec:
        """The kernel of the interpreter that runs this code."""
        return _SPEC


class _ForkProvisioner(LocalProvisioner):
    """Has a template process fork the kernel instead of starting an interpreter."""

    process: Any = None
    parent: Any

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        env = kwargs["env"]
        self.process = await asyncio.get_running_loop().run_in_executor(
            None,
            lambda: forkserver.request(
                self.parent.template,
                {
                    "do": "kernel",
                    "argv": cmd[cmd.index("-f") :],
                    "env": env,
                    "cwd": str(kwargs.get("cwd") or Path.cwd()),
                },
            ),
        )
        self.pid = self.pgid = self.process.pid
        self.cwd = kwargs.get("cwd")
        return self.connection_info

    async def wait(self) -> int | None:
        """Wait for the kernel's end, without the ordinary provisioner's tenth of a second."""
        if self.process is None:
            return 0
        status = self.process.poll()
        while status is None:
            await asyncio.sleep(0.005)
            status = self.process.poll()
        self.process.close()
        self.process = None
        return int(status)

    async def send_signal(self, signum: int) -> None:
        if self.process:
            self.process.send_signal(signum)

    async def kill(self, restart: bool = False) -> None:
        await self.send_signal(signal.SIGKILL)

    async def terminate(self, restart: bool = False) -> None:
        await self.send_signal(signal.SIGTERM)


class ForkedKernelManager(OrdinaryKernelManager):
    """Starts kernels by forking the template process that listens at `template`."""

    #: Address of the template; the engine sets it on a subclass.
    template: str = ""

    async def _async_pre_start_kernel(self, **kwargs: Any) -> Any:
        if self.provisioner is None:
            self.provisioner = _ForkProvisioner(
                kernel_id="", kernel_spec=self.kernel_spec, parent=self
            )
        return await super()._async_pre_start_kernel(**kwargs)

    pre_start_kernel: Any = _async_pre_start_kernel
