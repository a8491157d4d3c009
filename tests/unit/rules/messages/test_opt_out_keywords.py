"""Opt-out keywords in texts, as people, keyboards and phones write them: a corpus of real shapes."""

import re

import pytest

from vaada.rules.messages.opt_out_keywords import is_start, is_stop

STOPS = r"""
STOP|stop|Stop.|  stop! |«Stop»|ＳＴＯＰ|Stop All|STOPALL|(STOP)|*STOP*|[stop]|"Stop"|'stop'|_stop_|STOP 🛑
🛑 STOP 🛑
✋Stop|S T O P|S.T.O.P.|STOP!!!!!|Stop stop|STOP STOP STOP|stop please|Please stop|pls stop
Stop. Thank you|Stop, thanks!
Thank you very much. Stop|Merci beaucoup, stop|مہربانی فرما کر بند کریں
Stop now please|OK stop|Hi, stop|st\u200bop|\ufeffSTOP|STOP\u2060|s\u00adtop|STOP\n|\nSTOP
Stop ❌ texting me|stop texting
Unsubscribe|UNSUBSCRIBE ME|unsubscribe please|Cancel|END|Quit|revoke|opt out|Opt-out|OPTOUT|remove me
no more texts!
Don't text me|don’t text me|do not text me
Arrêt|ARRET|arrêter|Arretez!|désabonner|DESABONNER|Désabonnez-moi|desabonnement|stop s'il vous plaît
stop svp, merci
Stopp|stopp bitte|Bitte abmelden|ABMELDEN|Abbestellen!|Aufhören|aufhoren|aufhoeren|Keine SMS mehr, danke
¡STOP!|¡Baja!|BAJA|dar de baja|Darme de baja por favor|parar|CANCELAR|¡Alto!|¿Parar?|No más mensajes
no mas mensajes, gracias
Sair|SAIR, obrigado|Cancelar inscrição|cancelar inscricao|parar por favor|Não quero mais|nao quero mais
بند|بند کریں|بند كريں|بند کرِیں|براہ کرم بند کریں|بند کریں، شکریہ|روکیں|میسج بند کریں|سٹاپ|ﺑﻨﺪ
توقف|إيقاف|ايقاف|إِيقَافٌ|إلغاء|الغاء|إلغاء الاشتراك|الغاء الاشتراك من فضلك|أوقف|اوقف|إيقــاف|ستوب، شكرا
बंद|बन्द|बंद करें|बन्द करें|कृपया बंद करें|बंद करो|रोकें|स्टॉप|बंद करें, धन्यवाद|मैसेज बंद करें
band karo|Band karein please|BAND KAR DO|stop karo|Message band karein|sms band kar do
SMS stop!|No texts please|Je veux me désabonner|Não quero mais receber|میسج بند کردیں|बंद कर दीजिए
STOP\n\nSent from my iPhone|Stop\nSent from my Samsung Galaxy smartphone.|stop Get Outlook for Android
STOP\n\nVon meinem iPhone gesendet|Stopp\nGesendet von Mail für Windows|ARRET\n\nEnvoyé de mon iPhone
Baja\n\nEnviado desde mi iPhone|Sair\nEnviado do meu iPhone|STOP\n--\nBilal Khan\n+92 300 1234567
STOP\n\nأُرسلت من الـ iPhone
"""
NO_STOPS = r"""
|  |👍|🛑 wait|Please do not stop|When do you stop baking?|stopped|the end of the cake
Please stop by the shop
Can you stop by at 5?|The bus stop is closed|stop it from leaking|I will cancel my appointment on Friday
Is it the end?
Don't stop|no stop|nonstop|Did you send someone to stop the leak?|unstoppable
Cancel the Tuesday visit please|5|START|yes
Bitte nicht aufhören|Wann hört das auf?|Ne pas arrêter|La baja de precios|¿Cuándo van a parar?
vou sair às 5
دکان کب بند ہوتی ہے؟|دکان بند ہے|نل بند کریں تو پانی رکتا ہے|متى يتوقف المطر|دुकान कब बंद होती है
दुकान बंद है|पानी बंद करें आज शाम
Sent from my iPhone|thank you|I stop at nothing. Thank you|Stop the water please
"""


def corpus(listed: str) -> list[str]:
    """The texts between the strokes. An escape such as \\n or \\u200b stands for its character."""
    texts = [text for row in listed.strip("\n").split("\n") for text in row.split("|")]
    return [re.sub(r"\\n|\\u([0-9a-f]{4})", lambda at: chr(int(at[1] or "a", 16)), text) for text in texts]


@pytest.mark.parametrize("text", corpus(STOPS))
def test_a_whole_message_that_says_stop_is_a_stop(text: str) -> None:
    assert is_stop(text)
    assert not is_start(text)


@pytest.mark.parametrize("text", corpus(NO_STOPS))
def test_a_stop_within_a_sentence_is_a_contact(text: str) -> None:
    assert not is_stop(text)


@pytest.mark.parametrize(
    "text",
    [
        "START",
        "Unstop",
        " yes, start! ",
        "(Start)",
        "start please",
        "شروع",
        "شروع کریں",
        "ابدأ",
        "शुरू",
        "¡Alta!",
    ],
)
def test_a_start_word_is_recognised(text: str) -> None:
    assert is_start(text)
    assert not is_stop(text)
