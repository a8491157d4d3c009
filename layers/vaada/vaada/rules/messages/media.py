"""Media: whether to send a person an e-mail or an SMS."""

from vaada.model.people import Agent, Customer, Medium


def media_for_agent(agent: Agent, by: tuple[Medium, ...] | None = None, *, texts: bool) -> tuple[Medium, ...]:
    """Return the agent's media: `by`, which the policy can set, else the agent's own choice.

    E-mail if SMS is off or there is no number, so that no setting loses a reminder. `texts`: SMS is on.
    """
    possible = tuple(
        medium for medium in by or agent.notify_by if medium == "email" or (texts and agent.phone is not None)
    )
    return possible or ("email",)


def other_media(agent: Agent, wanted: tuple[Medium, ...], *, texts: bool) -> tuple[Medium, ...]:
    """Return the agent's other media, used if none of the `wanted` ones works. `texts`: SMS is on."""
    has_phone = texts and agent.phone is not None
    possible: tuple[Medium, ...] = ("email", "sms") if has_phone else ("email",)
    return tuple(medium for medium in possible if medium not in wanted)


def medium_for_customer(
    customer: Customer, stopped: frozenset[Medium] = frozenset(), *, texts: bool
) -> Medium | None:
    """Return the medium with an address and consent, the preferred one if both have. None: no medium.

    `stopped` are the media whose address is suppressed. `texts`: SMS is on.
    """
    by_mail = customer.email and customer.consent.email and "email" not in stopped
    by_text = texts and customer.phone and customer.consent.sms and "sms" not in stopped
    email: Medium | None = "email" if by_mail else None
    sms: Medium | None = "sms" if by_text else None
    return (sms or email) if customer.preferred_channel == "sms" else (email or sms)
