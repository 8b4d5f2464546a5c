"""One burst of load: wrk sends the review, the server's own processor time is read before and after."""

import dataclasses
import os
import pathlib
import subprocess

from server import RunIsWorthNothing, Server

CONNECTIONS = 64
HERE = pathlib.Path(__file__).parent

# wrk is an OpenSSL client; this makes it offer one suite and one group, so that no server gets a cheaper cipher.
CLIENT_TLS = """\
openssl_conf = settings
[settings]
ssl_conf = modules
[modules]
system_default = client
[client]
MinProtocol = TLSv1.3
Ciphersuites = TLS_AES_128_GCM_SHA256
Groups = X25519
"""


@dataclasses.dataclass
class Burst:
    """What one burst showed. Processor time is the server's, in microseconds for each answered request."""

    microseconds: float
    per_second: float
    p50: float
    p99: float
    requests: int


class Load:
    def __init__(self, directory: pathlib.Path, review: pathlib.Path):
        self.review = review
        configuration = directory / "client-openssl.cnf"
        configuration.write_text(CLIENT_TLS)
        self.environment = os.environ | {"OPENSSL_CONF": str(configuration)}

    def warm(self, server: Server, seconds: int = 1):
        self.run(server, seconds, [])

    def burst(self, server: Server, seconds: int, new_connections: bool = False) -> Burst:
        before = server.processor_seconds()
        shown = self.run(server, seconds, ["new-connections"] if new_connections else [])
        used = server.processor_seconds() - before
        requests = int(shown["requests"])
        return Burst(
            microseconds=used / requests * 1e6,
            per_second=requests / float(shown["seconds"]),
            p50=float(shown["p50"]),
            p99=float(shown["p99"]),
            requests=requests,
        )

    def run(self, server: Server, seconds: int, options: list[str]) -> dict[str, str]:
        ran = subprocess.run(
            ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout", "10s", "-s", str(HERE / "review.lua"),
             f"https://127.0.0.1:{server.port}", "--", str(self.review), *options],
            env=self.environment, capture_output=True, text=True)
        if ran.returncode != 0:
            raise RunIsWorthNothing(f"wrk against {server.name}: {ran.stderr.strip()}")
        lines = [line.partition(" ") for line in ran.stdout.splitlines()]
        shown = {key: value for key, _, value in lines if key in
                 {"requests", "seconds", "wrong", "socketErrors", "p50", "p99", "firstWrong"}}
        if int(shown["requests"]) == 0:
            raise RunIsWorthNothing(f"{server.name} answered nothing:\n{server.last_words()}")
        if int(shown["wrong"]) or int(shown["socketErrors"]):
            raise RunIsWorthNothing(
                f"{server.name}: {shown['wrong']} answers of {shown['requests']} were not `200, allowed`, "
                f"{shown['socketErrors']} socket errors; the first: {shown['firstWrong']}")
        return shown
