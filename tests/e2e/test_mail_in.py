"""Mail of a customer comes in, and an agent who answers with a copy to the desk is asked for the promise."""

from email.message import EmailMessage
from email.policy import SMTP
from http import HTTPStatus

from local.mail_in import MailIn
from tests.e2e.desk import Desk, eventually, link
from tests.e2e.shared_clock import Waits, Week, scenario

QUESTION, ANSWER, PROMISE = "When is the dynamo ready?", "Tomorrow at five.", "Have the dynamo ready"


@scenario
def test_a_mail_comes_in_and_the_copy_of_its_answer_brings_a_promise(desk: Desk, week: Week) -> Waits:
    eva = desk.agent("Eva Lindt")
    hugo = desk.customer("Hugo Stern", agent_id=eva.id)
    desk.personal |= {QUESTION, ANSWER, PROMISE}
    mails = MailIn(desk.cloud)

    yield week.at("Mon 10:00")
    mails.write(f"Hugo <{hugo.email}>", "My dynamo", QUESTION)
    (asked,) = eventually(lambda: desk.timeline(hugo, "interaction"), "the mail is a contact")
    assert (asked["direction"], asked["summary"], asked["agent_id"]) == ("inbound", QUESTION, eva.id)

    answer = EmailMessage(policy=SMTP)
    answer["From"], answer["To"], answer["Subject"] = eva.email, hugo.email, "Re: My dynamo"
    answer["Message-ID"], answer["In-Reply-To"] = "<a@people.example>", f"<{asked['mail']['message_id']}>"
    answer.set_content(ANSWER)
    mails.take(answer.as_bytes(), eva.email)
    eventually(lambda: len(desk.timeline(hugo, "interaction")) > 1, "the copy is a contact")
    [copy] = [row for row in desk.timeline(hugo, "interaction") if row["summary"] == ANSWER]
    assert (copy["direction"], copy["case_id"]) == ("outbound", asked["case_id"])

    yield week.at("Mon 10:02")
    page = link(desk.mail(eva, "Did you promise"), "a")
    before = desk.all_of(hugo)
    assert "My dynamo" in desk.open(page).text
    assert desk.all_of(hugo) == before
    due = week.at("Tue 17:00")
    sent = desk.answer(page, what=PROMISE, date=f"{due:%Y-%m-%d}", time=f"{due:%H:%M}")
    assert sent.status_code == HTTPStatus.OK
    [promise] = desk.timeline(hugo, "commitment")
    assert (promise["what"], promise["case_id"]) == (PROMISE, asked["case_id"])
