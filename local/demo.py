"""`make demo`: run the whole system on this machine, with demo data, until Ctrl-C."""

import argparse
import select
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import datetime

from rich.console import Console
from rich.markup import escape
from rich.panel import Panel

from local.api import Api
from local.clock import INSTALL_FAKETIME, LIBRARY, parse_jump
from local.cloud import Cloud, local_cloud
from local.errors import CloudError, PortInUse
from local.mail_in import MailIn, smtp_port
from local.outbox import Message, Outbox
from local.outbox_page import Page, outbox_page
from local.places import ROOT
from local.seed import DANIEL, MANAGER, Seeder

console = Console(highlight=False, soft_wrap=True)
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def step(doing: str, done: str) -> Iterator[None]:
    """Show a step while the block runs, then the time it took."""
    begun = time.monotonic()
    with console.status(f"{doing} ..."):
        yield
    console.print(f"[green]✓[/] {done} [dim]({time.monotonic() - begun:.1f} s)[/]")


class Demo:
    """A running demo: its clock, its user and its output."""

    def __init__(self, cloud: Cloud, outbox: Outbox) -> None:
        self._cloud = cloud
        self._outbox = outbox
        self._manager: Api | None = None
        self.token_file = cloud.folder / "token"
        self.complaint = ""
        self.agent: Api

    def open(self) -> Api:
        """Create the demo data. Returns the manager's client of the API."""
        self._manager = Api.sign_up(self._cloud, MANAGER, "managers")
        self.agent = Api.sign_up(self._cloud, DANIEL, "agents")
        self._keep_token()
        self.complaint = Seeder(self._cloud, self._manager, self.say).seed()
        return self._manager

    def travel(self, text: str) -> None:
        """Move the clock forwards by a jump such as `+4h`. Raises ValueError, CloudError."""
        self._cloud.travel(parse_jump(text))
        self._keep_token()
        self.say(
            f"It is now {_date_text(self._cloud.clock.now())}. What has come due follows within seconds."
        )

    def say(self, line: str) -> None:
        """Print a line with the local cloud's time."""
        console.print(f"[dim]{self._cloud.clock.now():%H:%M:%S}[/]  {escape(line)}")

    def show(self, message: Message) -> None:
        """Print a line about a sent message."""
        sign = "✉ " if message.medium == "email" else "💬"
        to, headline = escape(message.to), escape(message.headline)
        console.print(f"[dim]{message.at:%H:%M:%S}[/]  {sign} [cyan]{to}[/]  {headline}")

    def run(self) -> None:
        """Print sent messages and read typed jumps, until interrupted."""
        reads_input = sys.stdin.isatty()
        while True:
            for message in self._outbox.fetch():
                self.show(message)
            if not reads_input:
                time.sleep(1)
            elif select.select([sys.stdin], [], [], 1)[0]:
                typed = sys.stdin.readline()
                reads_input = bool(typed)
                self._travel_by_input(typed.strip())

    def _keep_token(self) -> None:
        """Write a fresh token to a file, for curl. It is valid for an hour of the cloud's clock."""
        if self._manager:
            self._manager.sign_in()
            self.token_file.touch(mode=0o600)
            self.token_file.write_text(self._manager.token)

    def _travel_by_input(self, typed: str) -> None:
        if typed:
            try:
                self.travel(typed)
            except (ValueError, CloudError) as error:
                console.print(f"[yellow]{escape(str(error))}[/]")


def run_demo(port: int) -> None:
    """Start, build, deploy and seed; then print what happens."""
    console.print("[bold]Vaada[/] on this machine. Nothing leaves it, and no AWS account is needed.\n")
    with ExitStack() as stack:
        with step("Starting MiniStack, a local AWS", f"MiniStack listens on 127.0.0.1:{port}"):
            cloud = stack.enter_context(local_cloud(port))
        outbox = Outbox(cloud)
        demo = Demo(cloud, outbox)
        mail_in = MailIn(cloud)
        smtp = stack.enter_context(smtp_port(mail_in, port + 2))
        page = Page(outbox, cloud.clock.now, demo.travel, mail_in.write)
        address = stack.enter_context(outbox_page(page, port + 1))
        with step("Building the functions (sam build)", "Built the functions"):
            cloud.build()
        with step("Deploying the stack (sam deploy)", "Deployed the stack"):
            cloud.deploy()
        console.print(
            f"\nThe clock of the demo says {_date_text(cloud.clock.now())}. A small business opens:\n"
        )
        manager = stack.enter_context(closing(demo.open()))
        stack.enter_context(closing(demo.agent))
        _explain(cloud, demo, (address, smtp), manager)
        demo.run()


def _explain(cloud: Cloud, demo: Demo, mail: tuple[str, int], manager: Api) -> None:
    travel = "type [bold]+30m[/], [bold]+4h[/] or [bold]+1d[/] and Enter" if LIBRARY else INSTALL_FAKETIME
    console.print(
        Panel(
            f"Console      [bold]{cloud.outputs['ConsoleUrl']}[/]\n"
            f"  a manager  {manager.email}, password {escape(manager.password)}\n"
            f"  an agent   {demo.agent.email}, password {escape(demo.agent.password)}\n"
            f"Contact form [bold]{cloud.api_url}/c/[/]\n"
            f"Messages     [bold]{mail[0]}[/]  (mails and texts; their links work)\n"
            f"Mail in      written there, or by SMTP to 127.0.0.1:{mail[1]}\n"
            f"Time travel  {travel}\n"
            f"Logs         {cloud.folder.relative_to(ROOT)}/\n"
            "Stop         Ctrl-C",
            title="Running",
            expand=False,
        )
    )
    curl = f'curl -H "Authorization: Bearer $(cat {demo.token_file.relative_to(ROOT)})" "{cloud.api_url}/api'
    console.print(f'Try the API: {curl}/commitments?status=overdue"')
    console.print(f'A complaint, step by step: {curl}/cases/{demo.complaint}"\n')


def _date_text(moment: datetime) -> str:
    return f"{moment:%a %d %b %Y, %H:%M:%S} UTC"


def _stop_once(*_: object) -> None:
    """Stop step by step. More signals are ignored meanwhile."""
    for end in STOP_SIGNALS:
        signal.signal(end, signal.SIG_IGN)
    raise KeyboardInterrupt


def main() -> int:
    """Run the command. Returns the exit code."""
    parser = argparse.ArgumentParser(prog="make demo", description=__doc__)
    parser.add_argument(
        "--port", type=int, default=4566, help="where the local cloud listens; the outbox is next to it"
    )
    port = parser.parse_args().port
    for end in STOP_SIGNALS:
        signal.signal(end, _stop_once)
    try:
        run_demo(port)
    except KeyboardInterrupt:
        console.print("\nStopped. Nothing is left running.")
    except PortInUse as error:
        console.print(f"[red]✗[/] {error} Perhaps another demo is running.")
        console.print("  Stop it, or take another port: [bold]make demo PORT=4700[/]")
        return 1
    except CloudError as error:
        console.print(f"[red]✗[/] {escape(str(error))}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
