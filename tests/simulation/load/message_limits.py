"""Limits on messages to customers, checked on the messages that were really sent."""

import base64
import re
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from tests.simulation.fake_aws.messaging import Sent
from tests.simulation.load.setting import EVENING, MESSAGES_A_WEEK, MORNING, WEEK

_LINK = re.compile(r"https://desk\.example\.com/[su]/[^\s?]+")


def links(sent: Sent, place: str = "") -> list[str]:
    """The links in a message, of one kind or of all."""
    return [link for link in dict.fromkeys(_LINK.findall(sent.text)) if f"/{place}" in link]


def survey_of(link: str) -> str:
    """Which survey a link belongs to: the part of its token that all links of the survey share."""
    packed = urlsplit(link).path.split("/")[2].partition(".")[0]
    return base64.b32hexencode(base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4))).decode().lower()


@dataclass
class MessageLimits:
    """Checks every message to a customer: how often they are written to and asked, and when.

    A customer is a name here: `names` are by address, `zones` are the time zones by name.
    """

    names: dict[str, str] = field(default_factory=dict)
    zones: dict[str, str] = field(default_factory=dict)
    reached: defaultdict[str, list[datetime]] = field(default_factory=lambda: defaultdict(list))
    first_asked: defaultdict[str, dict[str, datetime]] = field(default_factory=lambda: defaultdict(dict))
    """When each customer was first sent each survey, in order."""
    messages_about: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    """How many messages went out about each survey."""

    def check(self, sent: Sent, cool_down: timedelta) -> None:
        """Check one more message. Raises AssertionError."""
        name = self.names.get(sent.to)
        if name is None:
            return
        local = sent.at.astimezone(ZoneInfo(self.zones[name]))
        assert MORNING <= local.time() < EVENING, f"{name} is written to at {local:%H:%M}"
        self.reached[name].append(sent.at)
        lately = [at for at in self.reached[name] if at > sent.at - WEEK]
        assert len(lately) <= MESSAGES_A_WEEK, f"{name} gets {len(lately)} messages within a week"
        for link in links(sent, "s/"):
            survey, asked = survey_of(link), self.first_asked[name]
            self.messages_about[survey] += 1
            if survey not in asked:
                since = sent.at - max(asked.values()) if asked else cool_down
                assert since >= cool_down, f"{name} is asked again after {since}"
                asked[survey] = sent.at
