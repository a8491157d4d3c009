"""Write the mails that Cognito sends to users of the console, each in its reader's language."""

from vaada.desk import Desk
from vaada.model.people import Agent
from vaada.model.receipts import EmailClaim
from vaada.present.account_mail import AccountMail, AccountMailKind, Gaps, account_mail
from vaada.present.i18n import readable, words


def write_account_mail(
    desk: Desk, kind: AccountMailKind, email: str, agent_id: str | None, gaps: Gaps
) -> AccountMail:
    """Return the mail to the agent with this id or address. Others get it in the business's language."""
    claimed = email.casefold()
    desk.read_ahead((Agent, agent_id), *(() if agent_id else ((EmailClaim, claimed),)))
    if agent_id is None and (claim := desk.table.get(EmailClaim, claimed)):
        agent_id = claim.agent_id
    agent = desk.table.get(Agent, agent_id) if agent_id else None
    business = desk.policy.business
    language = readable(agent.language if agent else None, business.language)
    return account_mail(kind, words(language), business.name, f"{desk.settings.public_url}/desk/", gaps)
