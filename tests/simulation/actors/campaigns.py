"""Tips, invitations and recommendations of a history: who agreed, what is sent, and what people do about it.

Only histories from seed `FIRST_WITH_CAMPAIGNS` have them, so that those of lower seeds stay as they were.
"""

from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any

from tests.simulation.actors.acts import CAMPAIGN, CONTACT, EDIT, HOUR, MINUTE, THINK, Act
from tests.simulation.actors.policies import ZONES

FIRST_WITH_CAMPAIGNS = 100_000
NEWS_POLICIES: tuple[dict[str, Any], ...] = (
    {},
    {"news_a_month": 1},
    {"messages_at_most": 1},
    {"news_a_month": 1, "write_from": "11:00", "write_until": "15:00"},
)
_DAYS = 3  # in which campaigns are written


@dataclass(frozen=True)
class Campaigns:
    """What is drawn: customers who only read, the policy that it needs, and the acts."""

    readers: list[dict[str, Any]]
    policy: dict[str, dict[str, Any]]
    acts: list[Act]


def draw_campaigns(random: Random, customers: list[dict[str, Any]]) -> Campaigns:
    """Draw them for a history with these customers. They agree to tips as well."""
    for customer in customers:
        customer["consent"] = {**customer["consent"], "news": True}
        customer["preferred_channel"] = "email"
    readers = [_reader(random, len(customers) + n) for n in range(3)]
    if random.random() < 0.4:  # two records of one person
        readers[1]["email"] = readers[0]["email"]
    policy: dict[str, dict[str, Any]] = {
        "customers": random.choice(NEWS_POLICIES),
        "surveys": {"recommendation_by_message": True, **random.choice(_RECOMMENDATIONS)},
    }
    acts = [Act(2 * EDIT, "policy", "")]
    for n in range(random.choice((2, 2, 3, 4))):
        acts += _campaign(random, f"campaign {n}")
    for n, customer in enumerate([*customers, *readers]):
        acts += _second_thoughts(random, n, customer["consent"])
    if random.random() < 0.2:
        acts.append(Act(random.randrange(4, _DAYS * 24) * HOUR + CAMPAIGN, "erase", str(len(customers) + 2)))
    return Campaigns(readers, policy, [*acts, *_is_served(random, len(customers) + 2)])


_RECOMMENDATIONS = ({"review_url": "https://reviews.example/baker"}, {"referral": "Bring a friend."})


def _reader(random: Random, n: int) -> dict[str, Any]:
    return {
        "name": f"Customer {n}",
        "email": f"customer{n}@example.com",
        "phone": None,
        "preferred_channel": "email",
        "time_zone": random.choice(ZONES),
        "consent": {"email": True, "sms": False, "survey": True, "news": random.random() < 0.8},
        "check_in_every_days": None,
        "tags": ["club"] if random.random() < 0.5 else [],
    }


def _is_served(random: Random, n: int) -> list[Act]:
    """A customer whose matter is solved, so that they are asked how it went; some complain a day later."""
    at = random.randrange(1, 20) * HOUR + CONTACT
    solved = _contact(at, n, "request", resolved=True)
    if random.random() < 0.6:
        return [solved]
    later = at + random.choice((26, 30, 50)) * HOUR
    return [solved, _contact(later, n, "complaint", resolved=False)]


def _contact(at: timedelta, n: int, kind: str, *, resolved: bool) -> Act:
    label = f"{n}.{kind}"
    told = {
        "matter": label,
        "agent": 0,
        "handed_over_from": None,
        "channel": "in_person",
        "direction": "inbound",
        "kind": kind,
        "tone": "calm",
        "resolved": resolved,
        "summary": f"A {kind} of {n}",
        "promises": {},
        "follow_up": {},
        "awaits_reply": None,
    }
    return Act(at, "contact", f"contact {label}", told)


def _campaign(random: Random, label: str) -> list[Act]:
    """A campaign that is written and sent, now or later; most are about an event; some are cancelled."""
    at = random.randrange(1, _DAYS * 24) * HOUR + CAMPAIGN
    told: dict[str, Any] = {
        "tag": "club" if random.random() < 0.3 else None,
        "send_after": random.choice((0, 0, 1, 9)) * HOUR,
        "begins_after": random.choice((None, 30, 40, 60, 90)),
    }
    acts = [Act(at, "campaign", label, told)]
    if random.random() < 0.3:
        later = random.choice((0, 1, 5, 14)) * HOUR + random.choice((3, 7)) * MINUTE
        acts.append(Act(at + later, "cancel campaign", label))
    return acts


def _second_thoughts(random: Random, n: int, consent: dict[str, bool]) -> list[Act]:
    if random.random() < 0.7:
        return []
    at: timedelta = random.randrange(2, _DAYS * 24) * HOUR + THINK
    changed = Act(at, "agree", str(n), {"consent": {**consent, "news": not consent["news"]}})
    back = Act(at + 20 * HOUR, "agree", str(n), {"consent": consent})
    return [changed, back] if random.random() < 0.5 else [changed]
