"""docs/operations.md: every alarm, reason and log line in it exists."""

import re
from itertools import chain

import botocore.session
import pytest

from tests.unit.docs.documents import CODE, ROOT, in_backticks, table
from tests.unit.docs.names import TEMPLATE

PAGE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
WRITTEN = "\n".join(path.read_text(encoding="utf-8") for path in CODE)
COMMON = {"AccessDeniedException", "Throttling"}  # errors of every AWS service, described with none
OF_LAMBDA = {"timeout"}  # the status that Lambda logs for a function that ran out of time
ALARMS = re.findall(r"^  (\w+Alarm):\n    Type: AWS::CloudWatch::Alarm", TEMPLATE, re.MULTILINE)


def first_column(head: str) -> list[str]:
    """What stands in backticks in the first column of the table that begins so."""
    return list(chain.from_iterable(in_backticks(row[0]) for row in table(PAGE, head)))


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
        assert all(part in WRITTEN for part in reason.split("…"))
    else:
        assert reason in known_to_aws() | COMMON


@pytest.mark.parametrize("said", first_column("| the log says |"))
def test_every_quoted_log_line_is_written_by_the_code(said: str) -> None:
    field, _, value = said.partition(": ")
    if value:
        assert f"{field}=" in WRITTEN
        assert f'"{value}"' in WRITTEN
    else:
        assert f'"{said}"' in WRITTEN or f"class {said}(" in WRITTEN or said in OF_LAMBDA
