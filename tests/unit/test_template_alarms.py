"""The alarms in template.yaml: what they count, when they ring, and who is told."""

import pytest

from tests.unit.test_template import ALARMS, RESOURCES
from tests.unit.test_template_wiring import target


@pytest.mark.parametrize("name", ALARMS)
def test_an_alarm_counts_five_minutes_and_is_quiet_when_nothing_happens(name: str) -> None:
    alarm = ALARMS[name]["Properties"]
    is_about_silence = name == "SweepAlarm"

    assert alarm["EvaluationPeriods"] == 1
    assert alarm["Period"] == (900 if is_about_silence else 300)
    assert alarm["TreatMissingData"] == ("breaching" if is_about_silence else "notBreaching")


@pytest.mark.parametrize(
    ("name", "metric", "statistic", "threshold"),
    [
        ("ErrorsAlarm", {"Sub": "${AWS::StackName}-errors"}, "Sum", (1, "GreaterThanOrEqualToThreshold")),
        ("SweepAlarm", "Invocations", "Sum", (1, "LessThanThreshold")),
        ("PlanSurveysAlarm", "IteratorAge", "Maximum", (300_000, "GreaterThanThreshold")),
        ("SyncSchedulesAlarm", "IteratorAge", "Maximum", (300_000, "GreaterThanThreshold")),
        ("RecordDeliveryDroppedAlarm", "AsyncEventsDropped", "Sum", (1, "GreaterThanOrEqualToThreshold")),
        ("ReceiveTextDroppedAlarm", "AsyncEventsDropped", "Sum", (1, "GreaterThanOrEqualToThreshold")),
        ("ReceiveWhatsAppDroppedAlarm", "AsyncEventsDropped", "Sum", (1, "GreaterThanOrEqualToThreshold")),
    ],
)
def test_an_alarm_rings_at_its_threshold(
    name: str, metric: object, statistic: str, threshold: tuple[int, str]
) -> None:
    alarm = ALARMS[name]["Properties"]

    assert (alarm["MetricName"], alarm["Statistic"]) == (metric, statistic)
    watched = name.removesuffix("Alarm").removesuffix("Dropped")
    if name != "ErrorsAlarm":
        [dimension] = alarm["Dimensions"]
        assert alarm["Namespace"] == "AWS/Lambda"
        assert dimension["Name"] == "FunctionName"
        assert target(dimension["Value"]) == {"Sweep": "SweepDue"}.get(watched, watched)
    assert (alarm["Threshold"], alarm["ComparisonOperator"]) == threshold


def test_every_logged_error_is_counted_and_every_failed_invocation() -> None:
    count = RESOURCES["ErrorCount"]["Properties"]
    [metric] = count["MetricTransformations"]

    assert count["LogGroupName"] == {"Ref": "LogGroup"}
    assert '$.level = "ERROR"' in count["FilterPattern"]
    assert '$.type = "platform.report" && $.record.status != "success"' in count["FilterPattern"]
    assert metric["MetricName"] == ALARMS["ErrorsAlarm"]["Properties"]["MetricName"]
    assert metric["MetricNamespace"] == ALARMS["ErrorsAlarm"]["Properties"]["Namespace"]
    assert metric["MetricValue"] == "1"


def test_the_owner_subscribes_to_the_alarms() -> None:
    topic = RESOURCES["AlarmTopic"]["Properties"]

    assert topic["Subscription"] == [{"Protocol": "email", "Endpoint": {"Ref": "OwnerEmail"}}]
