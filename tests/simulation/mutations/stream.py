"""Bugs in the reading of a batch of stream records."""

from collections.abc import Callable
from typing import Any

from functions.sync_schedules import app as sync_schedules
from tests.simulation.mutations.planting import Planted, mutation
from tests.simulation.replacing import replaced
from vaada import stream
from vaada.stream import handle_records

Answer = dict[str, Any]
Handle = Callable[[Any, Any], None]


@mutation()
def ignores_unreadable_records() -> Planted:
    def ignoring(event: dict[str, Any], handle: Handle) -> Answer:
        handle_records(event, handle)
        return {"batchItemFailures": []}

    return replaced(handle_records, ignoring)


@mutation()
def reports_the_whole_batch() -> Planted:
    def all_or_nothing(event: dict[str, Any], handle: Handle) -> Answer:
        if not handle_records(event, handle)["batchItemFailures"]:
            return {"batchItemFailures": []}
        numbers = [record["dynamodb"]["SequenceNumber"] for record in event["Records"]]
        return {"batchItemFailures": [{"itemIdentifier": number} for number in numbers]}

    return replaced(handle_records, all_or_nothing)


@mutation()
def stops_at_the_first_record_that_fails() -> Planted:
    def stopping(event: dict[str, Any], handle: Handle) -> Answer:
        for record in event["Records"]:
            answer = handle_records({"Records": [record]}, handle)
            if answer["batchItemFailures"]:
                return answer
        return {"batchItemFailures": []}

    return replaced(handle_records, stopping)


@mutation(seed=114)
def reports_only_the_last_record_that_failed() -> Planted:
    def last(event: dict[str, Any], handle: Handle) -> Answer:
        return {"batchItemFailures": handle_records(event, handle)["batchItemFailures"][-1:]}

    return replaced(handle_records, last)


@mutation()
def raises_when_a_record_fails() -> Planted:
    def raising(event: dict[str, Any], handle: Handle) -> Answer:
        answer = handle_records(event, handle)
        if answer["batchItemFailures"]:
            raise RuntimeError("some records failed")
        return answer

    return replaced(handle_records, raising)


@mutation()
def returns_inside_the_record_loop() -> Planted:
    def first_only(event: dict[str, Any], handle: Handle) -> Answer:
        return handle_records({"Records": event["Records"][:1]}, handle)

    return replaced(handle_records, first_only, within=(sync_schedules,))


@mutation(seed=36)
def refuses_fields_of_another_release() -> Planted:
    image = stream._image

    def strict(change: Any, name: str) -> Any:
        row = image(change, name)
        known = {"pk", "sk", "due_shard", "list_key", "agent_kind", "row_kind"}
        if row and change[name].keys() - known - type(row).model_fields.keys():
            raise ValueError("there are unknown fields")
        return row

    return replaced(image, strict)


@mutation(seed=36)
def expects_fields_of_this_release() -> Planted:
    image = stream._image

    def strict(change: Any, name: str) -> Any:
        return image(change, name) if name not in change or change[name]["explain"] else None

    return replaced(image, strict)
