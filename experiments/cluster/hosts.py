"""Hosts on one machine: network namespaces with addresses of their own on a bridge, whose links can be slow or cut."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from typing import Self

SUBNET = "10.77.0"
HUB = "hub"


class Refused(Exception):
    """The machine has no namespaces for this user; the message is its own."""


class Hosts:
    """A bridge and hosts at it, for a ``with`` block; addresses follow their order, 10.77.0.1, 10.77.0.2, …"""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = names

    def __enter__(self) -> Self:
        try:
            self._begin()
        except Refused:
            self.__exit__()
            raise
        return self

    def _begin(self) -> None:
        for name in (HUB, *self.names):
            _ip("netns", "add", space(name))
            _ip("-n", space(name), "link", "set", "lo", "up")
        _ip("-n", space(HUB), "link", "add", "bridge", "type", "bridge")
        _ip("-n", space(HUB), "link", "set", "bridge", "up")
        for name in self.names:
            _ip("-n", space(HUB), "link", "add", name, "type", "veth", "peer", "name", "eth0", "netns", space(name))
            _ip("-n", space(HUB), "link", "set", name, "master", "bridge", "up")
            _ip("-n", space(name), "address", "add", f"{self.address(name)}/24", "dev", "eth0")
            _ip("-n", space(name), "link", "set", "eth0", "up")

    def __exit__(self, *_: object) -> None:
        for name in (HUB, *self.names):
            subprocess.run(["ip", "netns", "delete", space(name)], capture_output=True, check=False)

    def address(self, name: str) -> str:
        """That of a host."""
        return f"{SUBNET}.{self.names.index(name) + 1}"

    def slow(self, name: str, delay: str) -> None:
        """Let all that a host sends take so long, such as ``20ms``, give or take a quarter.

        Raises:
            Refused: the kernel has no netem.
        """
        jitter = f"{int(delay.removesuffix('ms')) // 4}ms"
        _run("tc", "-n", space(name), "qdisc", "replace", "dev", "eth0", "root", "netem", "delay", delay, jitter)

    def cut(self, name: str) -> None:
        """Pull the plug of a host."""
        _ip("-n", space(HUB), "link", "set", name, "down")

    def mend(self, name: str) -> None:
        """Put it in again."""
        _ip("-n", space(HUB), "link", "set", name, "up")

    def start(self, name: str, command: Sequence[str], **environment: str) -> subprocess.Popen[str]:
        """A process on a host."""
        where = ["ip", "netns", "exec", space(name)]
        how: Mapping[str, str] = {**os.environ, **environment}
        return subprocess.Popen(
            [*where, *command],
            env=how,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )


def space(name: str) -> str:
    """The namespace of a host, which no other process has."""
    return f"dlx-{os.getpid()}-{name}"


def _ip(*words: str) -> None:
    _run("ip", *words)


def _run(*command: str) -> None:
    try:
        subprocess.run(command, check=True, capture_output=True, text=True)
    except FileNotFoundError as error:
        raise Refused(f"{command[0]} is not installed (iproute2)") from error
    except subprocess.CalledProcessError as error:
        raise Refused(f"{' '.join(command)}: {error.stderr.strip()}") from error
