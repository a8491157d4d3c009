"""Mail sent by programs, the verdict of SES on a mail, and whether the sender is genuine."""

import pytest

from tests.mail_samples import BILAL, OURS, a_mail, as_ses_stores
from vaada.model.incoming_mail import IncomingMail
from vaada.rules.mail.reading import read


def mail(**fields: object) -> IncomingMail:
    return read(a_mail(**fields), OURS)  # type: ignore[arg-type]  # of a mail


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto-Submitted": "auto-replied"},
        {"Auto-Submitted": "auto-generated (vacation)"},
        {"Auto-Submitted": "auto-notified; owner-email=x"},
        {"X-Autoreply": "yes"},
        {"X-Autorespond": "Re"},
        {"Precedence": "auto_reply"},
    ],
)
def test_the_answer_of_a_program_is_known_by_its_headers(headers: dict[str, str]) -> None:
    assert mail(headers=headers).automatic == "auto_reply"


@pytest.mark.parametrize(
    "subject",
    [
        "Automatic reply: Your wheel",
        "Out of Office Re: Your wheel",
        "Automatische Antwort: Ihr Rad",
        "Abwesenheitsnotiz: Ihr Rad",
        "Réponse automatique : Votre roue",
        "Respuesta automática: Su rueda",
        "Resposta automática: Sua roda",
        "رد تلقائي: عجلتك",
        "خودکار جواب: آپ کا پہیہ",
        "स्वचालित उत्तर: आपका पहिया",
    ],
)
def test_the_answer_of_a_program_is_known_by_its_subject(subject: str) -> None:
    assert mail(subject=subject).automatic == "auto_reply"
    assert mail(subject=f"Re: {subject}").automatic is None


def test_bounces_are_known() -> None:
    assert mail(sender="MAILER-DAEMON@mail.example.org").automatic == "bounce"
    assert mail(headers={"X-Failed-Recipients": BILAL}).automatic == "bounce"
    report = (
        b"From: x@example.org\r\nContent-Type: multipart/report; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b--\r\n"
    )
    assert read(as_ses_stores(report), OURS).automatic == "bounce"
    assert read(a_mail().replace(b"<bilal@example.org>", b"<>", 1), OURS).automatic == "bounce"


@pytest.mark.parametrize(
    "headers",
    [
        {"List-Id": "<news.example.org>"},
        {"List-Unsubscribe": "<https://example.org/u>"},
        {"Precedence": "bulk"},
    ],
)
def test_mail_to_a_list_is_known(headers: dict[str, str]) -> None:
    assert mail(headers=headers).automatic == "list"


@pytest.mark.parametrize("headers", [{}, {"Auto-Submitted": "no"}, {"X-Priority": "1"}])
def test_mail_of_a_person_is_not_automatic(headers: dict[str, str]) -> None:
    assert mail(headers=headers).automatic is None


def test_the_verdicts_of_ses_are_read() -> None:
    assert mail().verdict is None
    assert mail(spam="FAIL").verdict == "spam"
    assert mail(virus="FAIL", spam="FAIL").verdict == "virus"
    assert mail(spam="GRAY").verdict is None


def test_only_the_topmost_headers_are_believed() -> None:
    forged = {"X-SES-Spam-Verdict": "PASS", "Authentication-Results": "amazonses.com; dmarc=pass"}
    assert mail(spam="FAIL", headers=forged).verdict == "spam"
    assert not mail(dmarc="fail", headers=forged).is_genuine
    without = a_mail(headers={"Received": "from elsewhere", "X-SES-Spam-Verdict": "FAIL"})
    assert read(without.replace(b"X-SES-Spam-Verdict: PASS\r\n", b""), OURS).verdict is None


def test_a_sender_is_genuine_if_their_domain_vouches_for_the_mail() -> None:
    assert mail().is_genuine
    assert not mail(dmarc="fail").is_genuine
    other = a_mail().replace(b"header.i=@example.org", b"header.i=@evil.example")
    assert not read(other.replace(b"header.from=example.org", b"header.from=evil.example"), OURS).is_genuine
    assert not read(a_mail().replace(b"amazonses.com;", b"evil.example;"), OURS).is_genuine
