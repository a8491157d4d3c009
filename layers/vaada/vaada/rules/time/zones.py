"""Time zones: the one in which a person reads times."""

from vaada.model.people import Agent, Customer
from vaada.model.phone_numbers import time_zone
from vaada.model.policy import PolicyDocument


def zone_of(person: Agent | Customer | None, policy: PolicyDocument) -> str:
    """Return the IANA name of the person's time zone, or the business's if the person has none.

    A customer without one gets the time zone of their phone number's country, if it has only one.
    """
    if person is None:
        return policy.business.time_zone
    if person.time_zone is None and isinstance(person, Customer) and person.phones:
        return time_zone(person.phones[0]) or policy.business.time_zone
    return person.time_zone or policy.business.time_zone
