"""Media: whether a person is written to by e-mail or by SMS."""

from vaada.model.people import Agent, Customer, Medium


def media_for_agent(agent: Agent, by: tuple[Medium, ...] | None = None, *, texts: bool) -> tuple[Medium, ...]:
    """How the agent is told: as the policy says with `by`, else as they want to be.

    By e-mail where texts are off or there is no number: no setting loses a reminder.
    """
    possible = tuple(
        medium for medium in by or agent.notify_by if medium == "email" or (texts and agent.phone is not None)
    )
    return possible or ("email",)


def other_media(agent: Agent, wanted: tuple[Medium, ...], *, texts: bool) -> tuple[Medium, ...]:
    """How the agent can be told where none of what is `wanted` works."""
    has_phone = texts and agent.phone is not None
    possible: tuple[Medium, ...] = ("email", "sms") if has_phone else ("email",)
    return tuple(medium for medium in possible if medium not in wanted)


def medium_for_customer(
    customer: Customer, stopped: frozenset[Medium] = frozenset(), *, texts: bool
) -> Medium | None:
    """What the customer agreed to and can be reached by, the preferred one first. None: nothing.

    `stopped` is by what they are not to be written to any more.
    """
    by_mail = customer.email and customer.consent.email and "email" not in stopped
    by_text = texts and customer.phone and customer.consent.sms and "sms" not in stopped
    email: Medium | None = "email" if by_mail else None
    sms: Medium | None = "sms" if by_text else None
    return (sms or email) if customer.preferred_channel == "sms" else (email or sms)
