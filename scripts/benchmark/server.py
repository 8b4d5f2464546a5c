"""A server under measurement: a process of ours, on a free port of loopback, with its processor time and memory."""

import os
import pathlib
import signal
import socket
import ssl
import subprocess
import time

TICK = os.sysconf("SC_CLK_TCK")


class RunIsWorthNothing(Exception):
    """Something other than a missed bound: what was measured would not mean what the table says."""


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Server:
    def __init__(self, name: str, port: int, command: list[str], log: pathlib.Path, authority: pathlib.Path | None):
        self.name, self.port, self.command, self.log = name, port, command, log
        self.context = ssl.create_default_context(cafile=authority) if authority else None
        self.process: subprocess.Popen | None = None

    def __enter__(self):
        self.seconds_to_ready = self.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def start(self, patience: float = 60) -> float:
        """Seconds from before fork and exec to the first answer 200 of /readyz."""
        with open(self.log, "ab") as log:
            begun = time.perf_counter()
            self.process = subprocess.Popen(self.command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        while not self.is_ready():
            if self.process.poll() is not None or time.perf_counter() - begun > patience:
                self.stop()
                raise RunIsWorthNothing(f"{self.name} did not become ready:\n{self.last_words()}")
            time.sleep(0.001)
        return time.perf_counter() - begun

    def is_ready(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=5) as plain:
                if self.context is None:
                    return True
                with self.context.wrap_socket(plain, server_hostname="127.0.0.1") as connection:
                    connection.sendall(b"GET /readyz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
                    return connection.recv(64).startswith(b"HTTP/1.1 200")
        except OSError:
            return False

    def stop(self):
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise RunIsWorthNothing(f"{self.name} did not stop within 20 s of SIGTERM:\n{self.last_words()}")

    def last_words(self) -> str:
        return self.log.read_text(errors="replace")[-2000:] if self.log.exists() else ""

    def processes(self) -> list[int]:
        """The process and its children (nginx works in those)."""
        parent = self.process.pid
        children = pathlib.Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
        return [parent] + [int(child) for child in children]

    def processor_seconds(self) -> float:
        """User and system time of all threads, from /proc/PID/stat. The kernel keeps the sum exact and rounds it to
        a tick; over seconds of load a tick is a fraction of a per cent."""
        ticks = 0
        for process in self.processes():
            fields = pathlib.Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks / TICK

    def resident_megabytes(self) -> float:
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        (kilobytes,) = [line.split()[1] for line in status.splitlines() if line.startswith("VmRSS:")]
        return int(kilobytes) * 1024 / 1e6
