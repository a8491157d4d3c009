"""Write a mail that Cognito is about to send to a user of the console, in the user's language.

Cognito calls the function and waits five seconds for it. If it fails, the user is not invited, and whoever
invites them is told so. What has no mail of ours, such as a code by SMS, keeps Cognito's words.
"""

from typing import Any

from vaada.desk import open_desk, prepare
from vaada.flows.account_mails import write_account_mail
from vaada.log import logger
from vaada.present.account_mail import AccountMailKind, Gaps

KINDS: dict[str, AccountMailKind] = {
    "CustomMessage_AdminCreateUser": "invitation",
    "CustomMessage_ForgotPassword": "code",
    "CustomMessage_ResendCode": "code",
    "CustomMessage_UpdateUserAttribute": "code",
    "CustomMessage_VerifyUserAttribute": "code",
}

prepare("table", renders=True)


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Return the event with the subject and the message."""
    request = event["request"]
    kind = KINDS.get(event["triggerSource"])
    email = request["userAttributes"].get("email")
    if kind and email:
        gaps = Gaps(request.get("usernameParameter") or "", request["codeParameter"])
        agent_id = (request.get("clientMetadata") or {}).get("agent_id")
        mail = write_account_mail(open_desk().remembering(), kind, email, agent_id, gaps)
        event["response"] |= {"emailSubject": mail.subject, "emailMessage": mail.html}
        logger.info("wrote a mail for Cognito", kind=kind)
    return event
