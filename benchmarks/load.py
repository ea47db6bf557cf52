"""Load on a running service, and what it cost: requests a second, latency, CPU, memory.

Load comes from `wrk`, one thread. The figure to trust on a machine that does other things too is
CPU a request: user and system time of the service's processes, from /proc.
"""

import os
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import which

import httpx

#: The command of the same environment.
POSITIONS = str(Path(sys.executable).with_name("positions"))
TICK = os.sysconf("SC_CLK_TCK")
SCRIPT = """
local requests, n = {}, 0
init = function(args)
  for line in io.lines(args[1]) do
    local path, tag = line:match("([^\\t]+)\\t?(.*)")
    local headers = tag ~= "" and {["If-None-Match"] = tag} or {}
    requests[#requests + 1] = wrk.format("GET", path, headers)
  end
end
request = function() n = n % #requests + 1; return requests[n] end
"""


def need(*programs: str) -> None:
    """End, in words, where a program is missing."""
    if missing := [one for one in programs if which(one) is None]:
        raise SystemExit(f"not installed: {', '.join(missing)} (benchmarks/README.md)")


@dataclass
class Process:
    """A service under way: where it listens, and its process with those it started."""

    name: str
    address: str
    pid: int

    @property
    def pids(self) -> list[int]:
        """The process and all that it started, and they."""
        return list(_family(self.pid))

    def cpu(self) -> float:
        """Seconds of CPU so far."""
        return sum(_cpu_of(pid) for pid in self.pids)

    def resident(self) -> float:
        """Megabytes of memory of its own: files that are mapped are the system's cache."""
        return sum(_anonymous(pid) for pid in self.pids)


@dataclass
class Figure:
    """What one window of load gave."""

    rate: float
    cpu_us: float
    p50_ms: float
    p99_ms: float


@contextmanager
def running(
    name: str,
    command: Sequence[str],
    *,
    path: str,
    environment: Mapping[str, str],
    patience: int = 120,
) -> Iterator[Process]:
    """Start a service on a free port (`{port}` in its command), and stop it afterwards."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    filled = [part.format(port=port) for part in command]
    child = subprocess.Popen(
        filled, env=os.environ | environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    process = Process(name, f"http://127.0.0.1:{port}", child.pid)
    try:
        await_ready(process.address + path, child, patience)
        yield process
    finally:
        child.send_signal(signal.SIGTERM)
        try:
            child.wait(20)
        except subprocess.TimeoutExpired:
            child.kill()


def await_ready(url: str, child: "subprocess.Popen[bytes]", patience: float) -> None:
    """Wait for the first 200."""
    until = time.monotonic() + patience
    while time.monotonic() < until and child.poll() is None:
        try:
            if httpx.get(url, timeout=30).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.02)
    raise SystemExit(f"{url} did not answer 200")


def window(process: Process, paths: Sequence[str], *, connections: int, seconds: int = 1) -> Figure:
    """One window of load over these paths, one after the other (`path<TAB>tag` asks for a 304)."""
    with tempfile.TemporaryDirectory() as folder:
        script, listed = Path(folder, "load.lua"), Path(folder, "paths")
        script.write_text(SCRIPT)
        listed.write_text("\n".join(paths))
        command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "--timeout=10s"]
        before = process.cpu()
        report = subprocess.run(
            [*command, "-s", str(script), process.address, "--", str(listed)],
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        ).stdout
        spent = process.cpu() - before
    if "Non-2xx" in report or "Socket errors" in report:
        raise SystemExit(f"{process.name} did not answer {paths[0]} with success:\n{report}")
    number = int(_found(r"(\d+) requests in", report))
    return Figure(
        float(_found(r"Requests/sec:\s+([\d.]+)", report)),
        spent / max(number, 1) * 1e6,
        _milliseconds(_found(r"\n +50%\s+(\S+)", report)),
        _milliseconds(_found(r"\n +99%\s+(\S+)", report)),
    )


def interleaved(
    jobs: Mapping[str, tuple[Process, Sequence[str]]],
    *,
    connections: int,
    rounds: int,
    seconds: int = 1,
) -> dict[str, Figure]:
    """The median figures of each job, taken in turns so that all meet the same weather."""
    taken: dict[str, list[Figure]] = {name: [] for name in jobs}
    for process, paths in jobs.values():
        window(process, paths, connections=connections)
    for _ in range(rounds):
        for name, (process, paths) in jobs.items():
            taken[name].append(window(process, paths, connections=connections, seconds=seconds))
    return {name: _median(figures) for name, figures in taken.items()}


def _median(figures: Sequence[Figure]) -> Figure:
    names = ("rate", "cpu_us", "p50_ms", "p99_ms")
    return Figure(*(statistics.median(getattr(f, name) for f in figures) for name in names))


def _found(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    if found is None:
        raise SystemExit(f"wrk did not tell {pattern!r}:\n{text}")
    return found[1]


def _milliseconds(text: str) -> float:
    number, unit = re.fullmatch(r"([\d.]+)(us|ms|s|m)", text).groups()  # type: ignore[union-attr]
    return float(number) * {"us": 0.001, "ms": 1, "s": 1000, "m": 60_000}[unit]


def _family(pid: int) -> Iterator[int]:
    yield pid
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in children.read_text().split():
            yield from _family(int(child))


def _cpu_of(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def _anonymous(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(_found(r"RssAnon:\s+(\d+) kB", status)) / 1024
