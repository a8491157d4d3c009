"""The result of each check of the desk and its account in words: the reason, and what to do."""

from dataclasses import dataclass

from vaada.model.readiness import Checked, State
from vaada.present.i18n import Words
from vaada.present.sanitize import isolate
from vaada.present.translation_marks import _


@dataclass(frozen=True)
class _Wording:
    """The words for one finding, in English. Parts that are the same in all languages come last.

    `command` is to be typed, or a record of the DNS; `place` is in the documentation, `page` in the console.
    """

    reason: str
    remedy: str = ""
    command: str = ""
    place: str = ""
    page: str = ""


@dataclass(frozen=True)
class CheckedWords:
    """The result of a check in the reader's words. Parts that do not apply are empty."""

    title: str
    state: State
    reason: str
    remedy: str
    command: str
    place: str
    page: str


def checked_words(checked: Checked, words: Words) -> CheckedWords:
    """Return the result of a check in these words."""
    gettext, finding = words.catalogue.gettext, checked.finding
    wording = WORDINGS[finding.key]
    values = {name: isolate(str(value), words.direction) for name, value in finding.values.items()}
    return CheckedWords(
        title=gettext(TITLES[checked.check]),
        state=finding.state,
        reason=gettext(wording.reason) % values,
        remedy=gettext(wording.remedy) % values if wording.remedy else "",
        command=wording.command % finding.values,
        place=wording.place,
        page=wording.page,
    )


TITLES: dict[str, str] = {
    "production_mail": _("SES production access"),
    "sender": _("Sender verified"),
    "dkim": _("DKIM"),
    "dmarc": _("DMARC"),
    "mail_limits": _("Mail limits"),
    "bounces": _("Bounces and complaints"),
    "mail_in_record": _("Record for mail in"),
    "mail_in_rules": _("Rules for mail in"),
    "production_texts": _("SMS production access"),
    "text_spending": _("SMS spending"),
    "text_log": _("Log of texts"),
    "opted_out_agents": _("Agents who said STOP"),
    "incoming_texts": _("Incoming texts"),
    "whatsapp": _("WhatsApp"),
    "own_host": _("Host of the links"),
    "alarm_mail": _("Alarm mail"),
    "alarms": _("Alarms"),
    "concurrency": _("Concurrency"),
    "triggers": _("Triggers"),
    "dead_letters": _("Dead letters"),
    "overdue_rows": _("Overdue rows"),
    "schedules": _("Schedules"),
    "managers": _("Managers"),
    "agents": _("Agents"),
    "policy": _("Policy"),
    "sending": _("Sending"),
    "backup": _("Backup"),
    "keys": _("Keys of the links"),
}
"""The title of each check, by its name."""

_STEP_2, _STEP_4 = "README.md, Then, once, step 2", "README.md, Then, once, step 4"
_ALARMS = "docs/operations.md, Alarms"
_TEXTS = "docs/operations.md, Texts that answer"
_MAIL_IN = "docs/operations.md, Mail in"
_SWEEP = "docs/operations.md, The sweep"
_STREAM = "docs/operations.md, A stuck stream"
_NEW_STACK = "docs/operations.md, Into a new stack"
_MAKE_IDENTITY = "aws sesv2 create-email-identity --email-identity %(domain)s"
_MAKE_MANAGER = "aws cognito-idp admin-create-user; aws cognito-idp admin-add-user-to-group"
_POLICY = "/desk/policy"

# Translators: these are about AWS. SES, SNS, SenderEmail, SenderRecord1 and the like are names: leave them.
_VERIFY_DOMAIN = _("Verify the domain, then add the records that AWS names to its DNS.")
_ADD_RECORD = _("Add this record to the domain's DNS.")
_ASK_FOR_PRODUCTION = _("Ask for production access.")
_MAKE_A_MANAGER = _("Make somebody a manager.")
_DEPLOY_AGAIN = _("Deploy the stack again: somebody switched it off.")
_PUT_BACK = _("Put back what you kept of them.")

WORDINGS: dict[str, _Wording] = {
    "not_answered": _Wording(
        _("%(asked)s was not answered: %(why)s."),
        _("Ask again later, or with make doctor as a user of the account who may."),
    ),
    # mail
    "mail_to_anybody": _Wording(_("SES sends to anybody.")),
    "mail_paused": _Wording(
        _("SES has paused sending for this account."),
        _("Open the SES console, Account dashboard: it says why, mostly too many bounces or complaints."),
    ),
    "mail_sandbox": _Wording(
        _("SES is in its sandbox: only verified addresses get mail, 200 a day."),
        _ASK_FOR_PRODUCTION,
        "aws sesv2 put-account-details",
        _STEP_2,
    ),
    "mail_sandbox_pending": _Wording(
        _("SES is in its sandbox; production access was asked for and is being looked at."),
        _("Wait for AWS's answer, about a day. Until then only verified addresses get mail."),
    ),
    "mail_sandbox_denied": _Wording(
        _("SES is in its sandbox, and AWS said no to the last request: only verified addresses get mail."),
        _ASK_FOR_PRODUCTION,
        "aws sesv2 put-account-details",
        _STEP_2,
    ),
    "sender_verified": _Wording(_("SES accepts mail from SenderEmail.")),
    "sender_unknown": _Wording(
        _("SES knows neither SenderEmail nor its domain in this region, so no mail leaves."),
        _VERIFY_DOMAIN,
        _MAKE_IDENTITY,
    ),
    "sender_unverified": _Wording(
        _("SenderEmail is not verified yet, so no mail leaves."),
        _(
            "Click the link in the mail that SES sent to it, or add the three SenderRecord outputs of the "
            "stack to the domain's DNS."
        ),
    ),
    "mail_signed": _Wording(_("SES signs mail for the domain of SenderEmail (DKIM).")),
    "mail_unsigned": _Wording(
        _("SES does not sign mail for the domain of SenderEmail yet, so many mailboxes take it for spam."),
        _(
            "Add the three DKIM records to the domain's DNS: the stack's outputs SenderRecord1 to 3, or what "
            "the command shows."
        ),
        "aws sesv2 get-email-identity --email-identity %(domain)s",
    ),
    "domain_unverified": _Wording(
        _("Only the address SenderEmail is verified, not its domain, so mail is not signed by your domain."),
        _VERIFY_DOMAIN,
        _MAKE_IDENTITY,
    ),
    "dmarc_found": _Wording(_("The domain of SenderEmail has a DMARC record.")),
    "dmarc_missing": _Wording(
        _("The domain of SenderEmail has no DMARC record, which Gmail and Yahoo ask of those who send much."),
        _ADD_RECORD,
        '_dmarc.%(domain)s TXT "v=DMARC1; p=none"',
    ),
    "mail_limits_kept": _Wording(_("The policy keeps to the limits of SES.")),
    "mail_limits_exceeded": _Wording(
        _(
            "The policy allows %(policy_second)s mails a second and %(policy_day)s a day, SES %(second)s and "
            "%(day)s: what is above is refused and tried again later."
        ),
        _("Set sending.mails_a_second to %(second)s and sending.mails_a_day to %(day)s in the policy."),
        page=_POLICY,
    ),
    "bounces_reported": _Wording(_("SES reports bounces and complaints to the desk.")),
    "bounces_not_reported": _Wording(
        _("SES does not report bounces to the desk, which goes on writing to addresses that do not work."),
        _("Deploy the stack again: somebody changed its configuration set."),
    ),
    "mx_found": _Wording(_("Mail for InboundDomain goes to SES.")),
    "mx_missing": _Wording(
        _("No MX record of InboundDomain leads to SES in this region, so no mail comes in."),
        _ADD_RECORD,
        "%(domain)s MX 10 %(host)s",
        _MAIL_IN,
    ),
    "mx_divided": _Wording(
        _("A part of the mail for InboundDomain goes elsewhere: to %(hosts)s."),
        _("Remove those MX records, or choose another domain for mail in."),
        place=_MAIL_IN,
    ),
    "mail_rules_active": _Wording(_("SES stores mail for InboundDomain, and the desk reads it.")),
    "mail_rules_inactive": _Wording(
        _("No active rule of SES stores mail for InboundDomain, so no mail comes in."),
        _("Make the rule set active. If the account needs another one, add its rule to that."),
        "aws ses set-active-receipt-rule-set --rule-set-name %(name)s",
        _MAIL_IN,
    ),
    # texts
    "texts_to_anybody": _Wording(_("SNS texts anybody.")),
    "texts_sandbox": _Wording(
        _("SNS is in its SMS sandbox: only verified numbers get texts."),
        _(
            "Amazon SNS console, Text messaging (SMS), Exit SMS sandbox; many countries want a number or a "
            "sender ID of yours first."
        ),
    ),
    "text_spending_kept": _Wording(
        _("Texts may cost %(policy)s dollars a month by the policy, %(aws)s by AWS.")
    ),
    "text_spending_exceeded": _Wording(
        _(
            "The policy lets texts cost %(policy)s dollars a month and AWS %(aws)s: what is above that AWS "
            "drops."
        ),
        _("Set sending.texts_spend_a_month to %(aws)s in the policy, or ask AWS for a higher limit."),
        page=_POLICY,
    ),
    "text_log_read": _Wording(_("The desk reads both logs of SNS's deliveries.")),
    "text_log_missing": _Wording(
        _("SNS keeps no log of deliveries, so the desk never learns that a text failed."),
        _("Turn it on: Amazon SNS console, Text messaging (SMS), Delivery status logs."),
        place=_TEXTS,
    ),
    "text_log_unread": _Wording(
        _("The desk does not read SNS's log %(logs)s; failures stand in the one that ends in Failure."),
        _("Subscribe the desk to the log."),
        "aws logs put-subscription-filter",
        _TEXTS,
    ),
    "no_agent_opted_out": _Wording(_("No agent's number is on SNS's list of numbers that said STOP.")),
    "agents_opted_out": _Wording(
        _("SNS texts these agents no more, since their numbers said STOP: %(agents)s."),
        _("If they agree, take their numbers off the list, which works once in 30 days for a number."),
        "aws sns opt-in-phone-number --phone-number …",
    ),
    "texts_received": _Wording(_("A number of yours hands customers' texts to the desk.")),
    "texts_not_received": _Wording(
        _("TextReplies is on, but no number of this account hands texts to the desk: a STOP is not heard."),
        _("AWS End User Messaging, your number, Two-way SMS: choose the topic IncomingTexts of the stack."),
    ),
    # WhatsApp
    "whatsapp_received": _Wording(_("What customers write to your WhatsApp number comes to the desk.")),
    "whatsapp_unlinked": _Wording(
        _("WhatsAppPhoneNumberId names no number of this account in this region."),
        _("Take the id of the number from AWS End User Messaging Social, and deploy with it."),
        "aws socialmessaging list-linked-whatsapp-business-accounts",
    ),
    "whatsapp_not_received": _Wording(
        _("Your WhatsApp number hands nothing to the desk: no message comes in, and no status."),
        _(
            "AWS End User Messaging Social, your business account, Event destination: "
            "enter the topic that the stack's output WhatsAppTopic names."
        ),
    ),
    # links
    "host_found": _Wording(_("The host of PublicUrl is in the DNS.")),
    "host_missing": _Wording(
        _("The host of PublicUrl is not in the DNS, so no link in a message leads anywhere."),
        _("Add the record that the stack's output PublicUrlRecord names."),
    ),
    # alarms and functions
    "alarm_mail_confirmed": _Wording(_("Alarms reach somebody by mail.")),
    "alarm_mail_pending": _Wording(
        _("Nobody has confirmed to get alarms."),
        _("Click the link in the mail of AWS Notifications to OwnerEmail. It is valid for two days."),
    ),
    "alarm_mail_none": _Wording(
        _("Alarms reach nobody: the subscription was never confirmed, and is deleted."),
        _("Subscribe again, then click the link in the mail."),
        "aws sns subscribe",
        _ALARMS,
    ),
    "no_alarm_raised": _Wording(_("No alarm is raised.")),
    "alarms_raised": _Wording(
        _("Alarms that are raised or off: %(alarms)s."),
        _("Look up what each of them means and asks for."),
        place=_ALARMS,
    ),
    "concurrency_enough": _Wording(_("The account may run %(count)s functions at once.")),
    "concurrency_low": _Wording(
        _("This account may run only %(count)s functions at once: a busy minute makes it late."),
        _("Ask AWS for more, which costs nothing."),
        "aws service-quotas request-service-quota-increase --service-code lambda --quota-code L-B99A9384"
        " --desired-value 1000",
    ),
    "functions_stopped": _Wording(
        _("Kept from running, so that what they should do is dropped: %(functions)s."),
        _("Let them run again. To stop messages there is make hold."),
        "aws lambda delete-function-concurrency --function-name …",
    ),
    "triggers_on": _Wording(_("Everything that starts a function is switched on.")),
    "triggers_off": _Wording(
        _("Switched off: %(names)s."), _("Switch it on again."), place=f"{_SWEEP}; {_STREAM}"
    ),
    "no_dead_letters": _Wording(_("No dead letter waits.")),
    "dead_letters_wait": _Wording(
        _("Dead letters wait: %(counts)s."),
        _("Mend the cause, then have them processed again."),
        "make redrive",
        "docs/operations.md, Dead letters",
    ),
    "nothing_late": _Wording(_("Nothing is late: the sweep keeps up.")),
    "rows_late": _Wording(
        _("Rows that were due more than a quarter of an hour ago: %(count)s."),
        _("Look why the sweep does not keep up."),
        place=_SWEEP,
    ),
    "schedules_match": _Wording(
        _("Each schedule that was looked at belongs to a row that waits: %(count)s.")
    ),
    "schedules_stale": _Wording(
        _("Schedules that belong to nothing that waits: %(stale)s of %(count)s, such as %(example)s."),
        _(
            "They do no harm, as their functions find another version. Look for the cause if they grow in "
            "number."
        ),
        place=_STREAM,
    ),
    # people and data
    "managers_ready": _Wording(_("Managers who can sign in: %(count)s.")),
    "manager_invited": _Wording(
        _("A manager was invited, but nobody has set a password."),
        _("Open the invitation in the mailbox of OwnerEmail, or set a password by the command."),
        "aws cognito-idp admin-set-user-password --permanent",
        _STEP_4,
    ),
    "managers_disabled": _Wording(
        _("No manager can sign in. Those there are disabled."), _MAKE_A_MANAGER, _MAKE_MANAGER, _STEP_4
    ),
    "no_manager": _Wording(_("No manager can sign in."), _MAKE_A_MANAGER, _MAKE_MANAGER, _STEP_4),
    "agents_ready": _Wording(_("There are agents, and somebody hears of what slips.")),
    "no_agent": _Wording(
        _("There is no agent, so nobody can be reminded."),
        _("Invite a colleague, or yourself."),
        place="docs/operations.md, Adding people",
        page="/desk/people",
    ),
    "no_supervisor": _Wording(
        _("No agent has a supervisor: all that slips goes to the owner."),
        _("Say of each agent who their supervisor is."),
        place="docs/operations.md, Adding people",
        page="/desk/people",
    ),
    "policy_own": _Wording(_("The business has a policy of its own, and it can work.")),
    "policy_default": _Wording(
        _("The business has no policy of its own: opening hours, holidays and limits are the defaults."),
        _("Read it, and change what does not fit."),
        place="docs/operations.md, Changing the policy",
        page=_POLICY,
    ),
    "policy_broken": _Wording(
        _("The policy cannot work: %(problems)s."),
        _("Correct it."),
        place="docs/operations.md, Changing the policy",
        page=_POLICY,
    ),
    "sending_on": _Wording(_("Messages are sent.")),
    "sending_held": _Wording(
        _("Sending is held: no message leaves."),
        _("Release it, once there is no reason left."),
        "make release",
    ),
    "table_safe": _Wording(
        _("The table can be restored to any second of the last 35 days, and is protected from deletion.")
    ),
    "table_not_backed_up": _Wording(_("The table cannot be restored to a point in time."), _DEPLOY_AGAIN),
    "table_unprotected": _Wording(_("The table is not protected from deletion."), _DEPLOY_AGAIN),
    "table_unsafe": _Wording(
        _("The table cannot be restored to a point in time and is not protected from deletion."),
        _DEPLOY_AGAIN,
    ),
    "keys_ready": _Wording(_("The keys of links and addresses are there.")),
    "link_keys_missing": _Wording(
        _("The keys that sign links are missing, so no message can be sent."), _PUT_BACK, place=_NEW_STACK
    ),
    "address_key_missing": _Wording(
        _("The key by which suppressed addresses are found is missing, so no message can be sent."),
        _PUT_BACK,
        place=_NEW_STACK,
    ),
    "link_keys_old": _Wording(
        _("The keys that sign links are %(days)s days old; they are made anew every 90."),
        _("Look why the rule that makes them did not run."),
        place="docs/operations.md, Rotating the link keys",
    ),
}
"""The words for each finding, by its key."""
