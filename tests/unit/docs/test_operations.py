"""docs/operations.md: every alarm, reason, log line, resource and command in it exists."""

import re
from itertools import chain
from pathlib import Path

import botocore.session
import pytest

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
CODE = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "layers" / "vaada").rglob("*.py"))
COMMON = {"AccessDeniedException", "Throttling"}  # errors of every AWS service, described with none
ALARMS = re.findall(
    r"^  (\w+Alarm):\n    Type: AWS::CloudWatch::Alarm", (ROOT / "template.yaml").read_text(), re.MULTILINE
)


def first_column(table: str) -> list[str]:
    """What stands in backticks in the first column of the table that begins so."""
    lines = PAGE.split(table, 1)[1].split("\n\n", 1)[0].splitlines()[2:]
    return list(chain.from_iterable(re.findall(r"`([^`]+)`", line.split("|")[1]) for line in lines))


def known_to_aws() -> set[str]:
    """The errors that SES and SNS say they have."""
    session = botocore.session.get_session()
    shapes = (session.get_service_model(service).error_shapes for service in ("sesv2", "sns"))
    return {str(vars(shape)["metadata"].get("error", {}).get("code", shape.name)) for shape in chain(*shapes)}


@pytest.mark.parametrize("alarm", ALARMS)
def test_every_alarm_is_explained(alarm: str) -> None:
    assert alarm in first_column("| alarm | it means |")


def test_every_explained_alarm_exists() -> None:
    assert set(first_column("| alarm | it means |")) == set(ALARMS)


@pytest.mark.parametrize("reason", first_column("| reason | what to do |"))
def test_every_listed_reason_can_occur(reason: str) -> None:
    if " " in reason:  # our own words, an ellipsis for what differs
        assert all(part in CODE for part in reason.split("…"))
    else:
        assert reason in known_to_aws() | COMMON


@pytest.mark.parametrize("said", re.findall(r"`((?:message|row|record|link keys) [a-z ]+)`", PAGE))
def test_every_quoted_log_line_is_written_by_the_code(said: str) -> None:
    functions = "\n".join(path.read_text() for path in (ROOT / "functions").rglob("*.py"))

    assert f'"{said}"' in CODE + functions


@pytest.mark.parametrize("logical_id", sorted(set(re.findall(r"\$\(res (\w+)\)", PAGE))))
def test_every_resource_named_in_a_command_exists(logical_id: str) -> None:
    template = (ROOT / "template.yaml").read_text(encoding="utf-8")

    assert re.search(rf"^  {logical_id}:", template, re.MULTILINE)


@pytest.mark.parametrize("command", sorted(set(re.findall(r"^ *make (\w+)", PAGE, re.MULTILINE))))
def test_every_make_command_exists(command: str) -> None:
    assert re.search(rf"^{command}:.*##", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize("place", sorted(set(re.findall(r"\]\(#([\w-]+)\)", PAGE))))
def test_every_linked_section_exists(place: str) -> None:
    headings = re.findall(r"^#+ (.+)$", PAGE, re.MULTILINE)

    assert place in {re.sub(r"[^\w\- ]", "", heading).lower().replace(" ", "-") for heading in headings}
