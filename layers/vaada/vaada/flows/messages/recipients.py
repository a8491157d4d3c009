"""Choose recipients and media. Nobody who is away is chosen, and no suppressed address."""

from datetime import datetime
from typing import NamedTuple, get_args

from vaada.desk import Desk
from vaada.flows.messages.suppression import addresses_of, is_suppressed
from vaada.model.campaigns import CampaignRecipient
from vaada.model.interactions import Interaction
from vaada.model.messages import Message, RecipientRole
from vaada.model.people import Agent, Customer, Medium, MessageMedium, kind_of_address
from vaada.model.rows import Row
from vaada.model.work import Survey
from vaada.rules.messages.media import media_for_agent, medium_for_customer, other_media
from vaada.rules.stand_ins import stand_ins_of
from vaada.rules.time.availability import is_away

FailedMedia = frozenset[tuple[str, MessageMedium]]
"""Pairs of agent id and medium that failed."""


class Recipient(NamedTuple):
    """A recipient among staff, with media. Without an agent it is the owner."""

    agent: Agent | None
    media: tuple[Medium, ...]


_OWNER = Recipient(None, ("email",))
_MEDIA: frozenset[Medium] = frozenset(get_args(Medium))


class CustomerAddress(NamedTuple):
    """An address of a customer. `id` is its keyed hash."""

    medium: Medium
    address: str
    id: str


def customer_address(
    desk: Desk, customer: Customer, *, survey: bool, but: frozenset[str] = frozenset()
) -> CustomerAddress | None:
    """Return the first working address, of the preferred medium if possible. None: there is none.

    `but` are the ids of addresses that failed. All addresses of one medium come before the other medium.
    """
    working = working_addresses(desk, customer, survey=survey, but=but)
    stopped = _MEDIA - working.keys()
    medium = medium_for_customer(customer, stopped, texts=desk.settings.sms_enabled)
    return working[medium] if medium else None


def next_address(
    desk: Desk,
    customer: Customer,
    about: Row,
    medium: MessageMedium,
    *,
    but: frozenset[str],
) -> CustomerAddress | None:
    """Return another address for a message about this row whose address failed. None: there is no other.

    What an agent wrote as a mail is not sent as a text, nor the other way round. Nor is a tip. WhatsApp takes
    an answer only to the number that wrote.
    """
    if isinstance(about, CampaignRecipient):
        return working_addresses(desk, customer, survey=False, news=True, but=but).get("email")
    if isinstance(about, Interaction):
        if about.direction == "inbound":  # the message asks about this very address
            return None
        if medium == "whatsapp":
            return None
        return working_addresses(desk, customer, survey=False, but=but).get(medium)
    return customer_address(desk, customer, survey=isinstance(about, Survey), but=but)


def working_addresses(
    desk: Desk, customer: Customer, *, survey: bool, news: bool = False, but: frozenset[str] = frozenset()
) -> dict[Medium, CustomerAddress]:
    """Return the first address of each medium that is neither suppressed nor in `but`.

    `survey`: for a survey. `news`: for a tip or an invitation.
    """
    found: dict[Medium, CustomerAddress] = {}
    for medium, address in addresses_of(customer):
        address_id = desk.addresses.hash_address(medium, address)
        if medium in found or address_id in but:
            continue
        if is_suppressed(desk, medium, address, survey=survey, news=news):
            continue
        found[medium] = CustomerAddress(medium, address, address_id)
    return found


def address_of(desk: Desk, customer: Customer, message: Message) -> str | None:
    """Return the message's address, or if that changed, the first one of its medium. None: there is none.

    By WhatsApp no other number may be written to.
    """
    kind = kind_of_address(message.medium)
    own = [address for medium, address in addresses_of(customer) if medium == kind]
    claimed = (each for each in own if desk.addresses.hash_address(kind, each) == message.address_id)
    other = own[0] if own and message.medium != "whatsapp" else None
    return next(claimed, other)


def whatsapp_address(desk: Desk, customer: Customer, contact: Interaction) -> CustomerAddress | None:
    """Return the number by which the customer wrote by WhatsApp. None if suppressed, or no longer theirs."""
    for medium, address in addresses_of(customer):
        address_id = desk.addresses.hash_address(medium, address)
        if contact.whatsapp is not None and address_id == contact.whatsapp.address_id:
            stopped = is_suppressed(desk, medium, address, survey=False)
            return None if stopped else CustomerAddress(medium, address, address_id)
    return None


def staff_recipient(
    desk: Desk,
    to: RecipientRole,
    agent: Agent,
    now: datetime,
    *,
    by: tuple[Medium, ...] | None = None,
    failing: FailedMedia = frozenset(),
) -> Recipient:
    """Return whom to tell: who is away or unreachable is replaced by their cover, supervisor, or the owner.

    If somebody has left, whoever has their work now comes first.
    `by` are media that the policy wants, `failing` those that failed before.
    """
    if to == "owner":
        return _OWNER
    first = agent if to == "agent" else _agent_or_none(desk, agent.supervisor_id)
    return _first_reachable(desk, first, now, by, failing, set()) or _OWNER


def can_receive(desk: Desk, agent: Agent, medium: Medium) -> bool:
    """Whether the agent has an address of this medium that is not suppressed."""
    address = agent.email if medium == "email" else agent.phone
    return address is not None and not is_suppressed(desk, medium, address, survey=False, staff=True)


def _first_reachable(
    desk: Desk,
    agent: Agent | None,
    now: datetime,
    by: tuple[Medium, ...] | None,
    failing: FailedMedia,
    passed: set[str],
) -> Recipient | None:
    """Return the agent or whoever stands in. `passed` prevents loops of covers."""
    if agent is None or agent.agent_id in passed:
        return None
    if not is_away(agent, now) and (media := _working_media(desk, agent, by, failing)):
        return Recipient(agent, media)
    passed.add(agent.agent_id)
    stand_ins = (_agent_or_none(desk, agent_id) for agent_id in stand_ins_of(agent))
    found = (_first_reachable(desk, each, now, by, failing, passed) for each in stand_ins)
    return next((recipient for recipient in found if recipient is not None), None)


def _working_media(
    desk: Desk, agent: Agent, by: tuple[Medium, ...] | None, failing: FailedMedia
) -> tuple[Medium, ...]:
    """Return the wanted media that work, or if none does, the other media that work."""
    texts = desk.settings.sms_enabled
    wanted = media_for_agent(agent, by, texts=texts)
    for media in (wanted, other_media(agent, wanted, texts=texts)):
        working = tuple(
            medium
            for medium in media
            if (agent.id, medium) not in failing and can_receive(desk, agent, medium)
        )
        if working:
            return working
    return ()


def _agent_or_none(desk: Desk, agent_id: str | None) -> Agent | None:
    return desk.table.get(Agent, agent_id) if agent_id else None
