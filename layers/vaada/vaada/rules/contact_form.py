"""The contact form: how many entries it accepts, and the one mail that an unverified address gets."""

from vaada.model.ids import derived_row_id
from vaada.model.interactions import Interaction
from vaada.model.messages import Message
from vaada.model.people import Customer
from vaada.rules.messages.lifecycle import new_message

FORMS_AN_HOUR = 5
"""How many entries are accepted per clock hour from one browser."""

FORMS_AN_HOUR_IN_ALL = 100
"""How many entries are accepted per clock hour in all: enough for a small business, and no flood."""


def confirmation(customer: Customer, interaction: Interaction, address_id: str) -> Message:
    """Return the mail that asks whether the address is theirs. Its id is the same for all their entries."""
    message = new_message(
        interaction,
        derived_row_id(customer.id, "confirmation", customer.created_at),
        "confirmation",
        "customer",
        customer.id,
        "email",
        "somebody wrote by the contact form with this address",
        interaction.recorded_at,
        interaction.recorded_at,
    )
    # They have just sent the form: they are awake, and wait for it.
    return message.model_copy(update={"address_id": address_id, "awaited": True, "at_night": True})


def confirm(customer: Customer) -> Customer:
    """Return the customer who confirmed the address, and agreed to be answered there."""
    if customer.consent.email:
        return customer
    return customer.changed(consent=customer.consent.model_copy(update={"email": True}))
