"""Whom to thank at the end of a year, checked against the timelines of the customers."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

QUARTER = timedelta(weeks=13)
MOST = 3  # for one agent

Rows = Iterable[dict[str, Any]]
"""Rows as the API shows them."""


def wrong_thanks(listed: Rows, rows: Rows, now: datetime) -> Iterator[str]:
    """Proposals that the timelines do not show, and agents for whom one is missing."""
    deserved: dict[str, set[str]] = {}
    for row in rows:
        agent_id, row_id = _deserves(row, now)
        if agent_id:
            deserved.setdefault(agent_id, set()).add(row_id)
    for one in listed:
        proposed = [each["evidence_id"] for each in one["proposals"]]
        there_is = deserved.get(one["agent_id"], set())
        if not set(proposed) <= there_is:
            yield f"thanks for what the record does not show: {set(proposed) - there_is}"
        if len(proposed) != min(len(there_is), MOST):
            yield f"{len(proposed)} proposals, not {min(len(there_is), MOST)}: {one['agent_id']}"


def _deserves(row: dict[str, Any], now: datetime) -> tuple[str, str]:
    """The agent whom a row gives reason to thank, and its id; else nothing."""
    if row["row_kind"] == "commitment" and row["status"] == "kept":
        dates = [one["due_before"] for one in row["history"] if one.get("due_before")]
        in_time = row["kept_at"] <= (dates[0] if dates else row["due_at"])
        handed_on = any(one.get("agent_after") for one in row["history"])
        if in_time and (row["origin"] == "unhappy" or row["unreached"] or handed_on):
            [kept] = [one for one in row["history"] if one["what"] == "kept"]
            return (kept["by"], row["commitment_id"]) if _lately(row["kept_at"], now) else ("", "")
    if row["row_kind"] == "survey" and row["status"] == "answered" and row.get("comment"):
        top = {"csat": 4, "nps": 9, "ces": 6, "promise": 1}[row["kind"]]
        if row["score"] >= top and _lately(row["answered_at"], now):
            return row["agent_id"], row["survey_id"]
    return "", ""


def _lately(at: str, now: datetime) -> bool:
    return now - QUARTER < datetime.fromisoformat(at) <= now
