"""The local cloud: start MiniStack, deploy to it, move its clock, stop it."""

import os
import shutil
import signal
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from local import quick, sam
from local.clock import Clock
from local.errors import CloudError, PortInUse
from local.places import STATE, TOOLS, environment, tail
from local.signing import make_client

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_sesv2 import SESV2Client

STACK = "vaada"
SENDER = "desk@vaada.example"
START_TIMEOUT = 60.0
_NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # otherwise each call loads the certificates of the system


@dataclass
class Cloud:
    """A running local cloud."""

    port: int
    folder: Path
    clock: Clock
    stack: str = STACK
    outputs: dict[str, str] = field(default_factory=dict)
    _clients: dict[str, Any] = field(default_factory=dict)

    @property
    def endpoint(self) -> str:
        """The URL of all its services."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def api_url(self) -> str:
        """The URL of the deployed HTTP API, as in the links of messages."""
        return f"{self.outputs['ApiUrl']}"

    def client(self, service: str) -> Any:
        """Return a boto3 client of one of its services, created once."""
        if service not in self._clients:
            self._clients[service] = make_client(service, self.endpoint, self.clock.now)
        return self._clients[service]

    def read_page(self, path: str) -> Any:
        """Return the JSON of one of MiniStack's own pages, such as `ses/messages`."""
        url = f"{self.endpoint}/_ministack/{path}"
        response = httpx.get(url, trust_env=False, timeout=10, verify=_NO_TLS)
        return response.raise_for_status().json()

    def build(self) -> None:
        """Build the stack, unless it is up to date."""
        sam.build(self.folder / "sam-build.log")

    def deploy(self) -> None:
        """Deploy the built stack, and read its outputs."""
        ses: SESV2Client = self.client("sesv2")
        ses.create_email_identity(EmailIdentity=SENDER)
        sam.deploy(self.stack, self.endpoint, self.folder / "sam-deploy.log", self.clock.environment())
        cloudformation: CloudFormationClient = self.client("cloudformation")
        [stack] = cloudformation.describe_stacks(StackName=self.stack)["Stacks"]
        self.outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}

    def travel(self, by: timedelta) -> None:
        """Move its clock forwards."""
        self.clock.travel(by)


@contextmanager
def local_cloud(port: int | None = None, *, starts_at: datetime | None = None) -> Iterator[Cloud]:
    """Run an empty local cloud during the block. Without `port` it takes a free one. Raises CloudError."""
    port = port or _free_port()
    _check_free(port)
    folder = STATE / "clouds" / str(port)
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "tmp").mkdir(parents=True)
    cloud = Cloud(port, folder, Clock(folder / "clock", starts_at))
    with _running(cloud) as process:
        _wait_until_healthy(cloud, process)
        yield cloud


@contextmanager
def _running(cloud: Cloud) -> Iterator[subprocess.Popen[bytes]]:
    python = TOOLS / "ministack" / "bin" / "python"
    if not python.exists():
        raise CloudError("The local cloud is not set up. Run: make setup")
    settings = {
        "GATEWAY_PORT": str(cloud.port),
        "BIND_HOST": "127.0.0.1",
        "AUTH": "true",  # each function has only the rights of its role, as on AWS
        "IOT_MTLS_ENABLED": "0",
        "TMPDIR": str(cloud.folder / "tmp"),
        **cloud.clock.environment(),
    }
    with (cloud.folder / "ministack.log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603  # nosec B603 # a program of our own
            [*_stop_with_parent(), python, "-P", quick.__file__],
            env=environment(**settings),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C must not stop it; we do, in order
        )
    try:
        yield process
    finally:
        _stop(process)
        shutil.rmtree(cloud.folder / "tmp", ignore_errors=True)


def _stop_with_parent() -> list[str]:
    """Return the command prefix that makes Linux stop MiniStack if our process is killed."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "TERM", "--"] if setpriv else []


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    # The processes of functions are in its group; this stops those that still run.
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    Clock.tidy(process.pid)


def _wait_until_healthy(cloud: Cloud, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_TIMEOUT
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            cloud.read_page("health")
        except httpx.HTTPError:
            time.sleep(0.1)
        else:
            return
    raise CloudError(
        f"MiniStack did not start. The end of its log:\n\n{tail(cloud.folder / 'ministack.log')}"
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _check_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise PortInUse(port) from None
