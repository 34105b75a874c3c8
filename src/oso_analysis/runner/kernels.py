"""Kernel managers: the ordinary kernel, and one forked from a warmed template."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from pathlib import Path
from queue import Empty
from typing import Any

from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.channels import AsyncZMQSocketChannel
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from traitlets import Type, default

from oso_analysis.runner import forkserver

__all__ = ["ForkedKernelManager", "OrdinaryKernelManager", "manager_options"]

_PORTS = ("shell_port", "iopub_port", "stdin_port", "hb_port", "control_port")
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


class _SteadyChannel(AsyncZMQSocketChannel):
    """Looks at its socket once a second while it waits.

    ZeroMQ announces a message once, and sending on the same socket meanwhile (as output widgets
    make nbclient do) can swallow the announcement; the wait would then never end.
    """

    async def get_msg(  # type: ignore[override]
        self, timeout: float | None = None
    ) -> Any:
        """Return the next message; raise Empty if there is none in `timeout` seconds."""
        end = time.monotonic() + (float("inf") if timeout is None else timeout)
        while True:
            left = max(0.0, end - time.monotonic())
            if await self.socket.poll(int(min(left, 1.0) * 1000)):
                return await self._recv()
            if left <= 1.0:
                raise Empty


class _SteadyClient(AsyncKernelClient):
    """A client whose waits for the kernel cannot miss a message."""

    shell_channel_class = Type(_SteadyChannel)
    iopub_channel_class = Type(_SteadyChannel)


class OrdinaryKernelManager(AsyncKernelManager):
    """Starts this interpreter's own kernel, whatever kernels the user's Jupyter knows."""

    @property
    def kernel_spec(self) -> KernelSpec:
        """The kernel of the interpreter that runs this code."""
        return _SPEC

    @default("client_factory")
    def _steady_client(self) -> type:
        return _SteadyClient


class _PromptClient(_SteadyClient):
    """A client that knows when its kernel is ready instead of waiting a while to be sure."""

    def start_channels(
        self,
        shell: bool = True,
        iopub: bool = True,
        stdin: bool = True,
        hb: bool = True,
        control: bool = True,
    ) -> None:
        """Start the channels but the heartbeat: the template reports a kernel's death at once."""
        super().start_channels(shell=shell, iopub=iopub, stdin=stdin, hb=False, control=control)

    async def _async_wait_for_ready(self, timeout: float | None = None) -> None:
        """Ask until question and answer have been seen on both channels.

        The ordinary client then listens for a fifth of a second to drain what came before; here
        the "idle" that belongs to the answered question says that nothing is left.
        """
        end = time.monotonic() + (timeout or float("inf"))
        while time.monotonic() < end:
            asked = self.kernel_info()
            try:
                reply = await self._answer(self.shell_channel, asked, 1.0)
                await self._answer(self.iopub_channel, asked, 0.1, state="idle")
            except Empty:
                if not await self._async_is_alive():
                    raise RuntimeError("Kernel died before replying to kernel_info") from None
            else:
                self._handle_kernel_info_reply(reply)
                return
        raise RuntimeError(f"Kernel didn't respond in {timeout} seconds")

    async def _answer(
        self, channel: Any, asked: str, seconds: float, *, state: str | None = None
    ) -> Any:
        while True:
            message = await channel.get_msg(timeout=seconds)
            if message["parent_header"].get("msg_id") == asked and (
                state is None or message["content"].get("execution_state") == state
            ):
                return message

    wait_for_ready: Any = _async_wait_for_ready


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
        # A client that connects before the kernel listens tries again only a tenth of a second
        # later.
        info: dict[str, Any] = dict(self.connection_info)
        doors = [Path(f"{self.parent.ip}-{info[port]}") for port in _PORTS]
        while self.process.poll() is None and not all(door.exists() for door in doors):
            await asyncio.sleep(0.002)
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

    async def _async_wait(self, pollinterval: float = 0.1) -> None:
        """Wait for the kernel's end; the ordinary tenth of a second is long for a killed one."""
        await super()._async_wait(pollinterval=0.005)

    @default("client_factory")
    def _prompt_client(self) -> type:
        return _PromptClient

    async def _async_pre_start_kernel(self, **kwargs: Any) -> Any:
        if self.provisioner is None:
            self.provisioner = _ForkProvisioner(
                kernel_id="", kernel_spec=self.kernel_spec, parent=self
            )
        return await super()._async_pre_start_kernel(**kwargs)

    pre_start_kernel: Any = _async_pre_start_kernel
