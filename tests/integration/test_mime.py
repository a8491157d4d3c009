"""The mails as they go over the wire: a parser that raises at every defect finds none, in any language."""

from datetime import timedelta
from email import message_from_bytes, policy
from email.utils import parsedate_to_datetime

import pytest
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.ses.models import ses_backends

from tests.integration.people import Shop
from tests.integration.scripted_desk import REGION, ScriptedDesk

DAY = timedelta(days=1)
NAMES = {"en": "O'Neil, Ann", "ur": "عائشہ خان", "hi": "आयशा ख़ान", "de": "Jörg Müßiggang", "fr": "Éloïse Ça"}


def raw_mails() -> list[bytes]:
    """What SES was given."""
    sent = ses_backends[DEFAULT_ACCOUNT_ID][REGION].sent_messages
    return [mail.raw_data if isinstance(mail.raw_data, bytes) else mail.raw_data.encode() for mail in sent]


@pytest.mark.parametrize("language", NAMES)
def test_a_mail_has_no_defect_and_threads_with_its_customers_others(
    desk: ScriptedDesk, language: str
) -> None:
    shop = Shop.opened(desk, name=NAMES[language], language=language)
    shop.contact(resolved=True)
    desk.pass_time(5 * DAY)

    raws = raw_mails()
    assert len(raws) == 2  # the survey and its reminder
    threads = set()
    for raw in raws:
        assert raw.isascii()
        assert max(map(len, raw.split(b"\r\n"))) <= 998  # RFC 5322, 2.1.1
        mail = message_from_bytes(raw, policy=policy.SMTP.clone(raise_on_defect=True))
        assert mail["to"].addresses[0].display_name == NAMES[language]
        assert parsedate_to_datetime(mail["date"]).tzinfo is not None
        assert mail["message-id"].endswith("@example.com>")
        assert mail["auto-submitted"] == "auto-generated"
        assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
        threads.add(mail["references"])
    assert len(threads) == 1
