"""Recognise the keywords of an SMS from a customer that stop our messages, or allow them again.

The whole message must be a keyword. Punctuation, emoji, case, accents, "please", "thank you" and the
signature of a phone do not matter. A keyword inside a sentence ("Please stop by the shop") is none.
"""

import re
from collections.abc import Iterable

from vaada.model.folding import fold

# The keywords that carriers know, and what they are in the languages of our messages, in Latin letters too.
_STOP = """
stop; stop all; stopall; stop it; stop now; stop this; stop sms; stop text; stop texts; stop texting
stop texting me; stop message; stop messages; stop messaging; stop messaging me; stop sending
stop sending me messages; stop sending messages; unsubscribe; unsubscribe me; unsub; cancel; end; quit
revoke; optout; opt out; opt me out; remove; remove me; remove me from your list; remove me from the list
do not text; do not text me; don't text me; do not contact me; don't contact me; no more texts
no more messages; no more sms; no texts; no sms; no messages; sms stop; text stop; texts stop
messages stop; message stop; stop karo; arrêt; arrêter; arrêtez; arrêtez les sms; arrête; désabonner
désabonnez-moi; me désabonner; se désabonner; désabonnement; désinscrire; désinscription; me désinscrire
désinscrivez-moi; je veux me désabonner; je me désabonne; cessez; plus de messages; stop aux sms
plus de sms; fin; stopp; stoppen; abmelden; abmeldung; abbestellen; austragen; aufhören; aufhoeren
beenden; ende; keine sms mehr; keine sms; keine nachrichten mehr; bitte abmelden; sms abbestellen
abbestellung; melden sie mich ab; parar; pare; baja; dar de baja; darme de baja; dame de baja
deme de baja; darse de baja; cancelar; alto; detener; no más; no más mensajes; no más sms; desuscribir
desuscribirme; cancelar suscripción; anular; eliminar; sair; parem; cancelar inscrição; descadastrar
descadastre-me; remover; remova-me; sair da lista; não enviar; não envie mais; não quero mais
não quero mais receber; não quero mais receber mensagens; não enviem mais; chega; anular subscrição; بند
بند کریں; بند کرو; بند کرو یہ; بند کر دیں; بند کردیں; بند کر دو; بند کردو; بند کیجیے; بند کیجئے; روکیں
روکو; روک دیں; روک دو; رکو; رکیں; سٹاپ; اسٹاپ; ختم; ختم کریں; ختم کرو; منسوخ; منسوخ کریں; میسج بند کریں
میسج بند کرو; میسج بند کردو; میسج بند کر دو; میسج بند کردیں; میسج بند کر دیں; پیغام بند کر دیں
پیغامات بند کر دیں; پیغام بند کریں; پیغامات بند کریں; ایس ایم ایس بند کریں; مت بھیجیں; مت بھیجو
میسج مت بھیجیں; میسج نہ بھیجیں; توقف; توقفوا; قف; أوقف; أوقفوا; أوقفوا الرسائل; أوقف الرسائل; إيقاف
إيقاف الرسائل; إلغاء; إلغاء الاشتراك; الغ الاشتراك; ألغ; ألغي; إلغاء اشتراكي; ألغوا اشتراكي; وقف; كفى
ستوب; لا ترسل; لا ترسلوا; لا ترسلوا رسائل; إنهاء; बंद; बंद करें; बंद करो; बंद कर दो; बंद कर दें
बंद कर दीजिए; बंद कर दीजिये; मैसेज बंद कर दें; मैसेज बंद कर दो; बंद कीजिए; बंद कीजिये; रोकें; रोको; रोक दो
रोक दें; रुको; रुकें; स्टॉप; स्टाप; रद्द; रद्द करें; रद्द करो; सदस्यता रद्द करें; मैसेज बंद करें
मैसेज बंद करो; संदेश बंद करें; एसएमएस बंद करें; मत भेजो; मत भेजें; मैसेज मत भेजो; मैसेज मत भेजें
संदेश न भेजें; समाप्त; band; band karo; band karen; band karein; band kar do; band kardo; band karden
bandh karo; roko; rok do; mat bhejo; mat bhejen; mat bhejein; message band karo; msg band karo
sms band karo; message band karein; message band kar do; msg band karein; msg band kar do; sms band karein
sms band kar do; khatam; khatam karo; iqaf; ilgha
"""
_START = """
start; start again; unstop; yes start; optin; opt in; opt me in; subscribe; resubscribe; démarrer; commencer
reprendre; réabonner; starten; wieder anmelden; empezar; comenzar; iniciar; alta; começar; شروع; شروع کریں
شروع کرو; ابدأ; بدء; ابدأوا; اشترك; शुरू; शुरू करें; शुरू करो; शुरु; शुरु करें; shuru; shuru karo
"""
# What people say around a keyword.
_COURTESY = """
please; pls; plz; thanks; thank you; thank you very much; thx; ty; many thanks; now; hi; hello; hey; ok
okay; sorry; merci; merci beaucoup; s'il vous plaît; s'il te plaît; svp; stp; bonjour; bitte; danke
danke schön; vielen dank; hallo; por favor; gracias; muchas gracias; hola; obrigado; obrigada
muito obrigado; muito obrigada; olá; pf; pfv; ya; agora; براہ کرم; برائے مہربانی; مہربانی; مہربانی فرما کر
پلیز; شکریہ; بہت شکریہ; السلام علیکم; من فضلك; من فضلكم; لو سمحت; لو سمحتم; رجاء; شكرا; شكرا لك; شكرا لكم
शुक्रिया; धन्यवाद; कृपया; प्लीज; प्लीज़; नमस्ते
"""
_SIGNATURE = re.compile(  # of the folded words
    r"\b(?:sent (?:from|via|by|with|using)|get outlook|(?:von|mit) mein\w* .{0,30}gesendet"
    r"|gesendet (?:von|mit)|envoye (?:de|depuis|avec|a partir)|enviado (?:desde|do|de|a partir|con|com)"
    r"|(?:telecharger|obtener|obter|holen sie sich) outlook|outlook fur (?:ios|android)"
    r"|ارسلت? من|تم الارسال من)\b.*$"
)
_DASHES = re.compile(r"\n[ \t]*(?:--|__|—|–)[^\n]*\n?.*\Z", re.DOTALL)  # what stands below is a signature


def _phrases(listed: str) -> frozenset[str]:
    return frozenset(filter(None, map(_spelling, re.split(r"[;\n]", listed))))


def _spelling(phrase: str) -> str:
    """Return the phrase folded, and Hindi in the shorter of its two common spellings."""
    return fold(phrase).replace("न्द", "ंद")


_STOPS, _STARTS = _phrases(_STOP), _phrases(_START)
_COURTESIES: Iterable[str] = sorted(_phrases(_COURTESY), key=len, reverse=True)


def is_stop(text: str) -> bool:
    """Whether the whole message is a stop keyword."""
    return _is_keyword(text, _STOPS)


def is_start(text: str) -> bool:
    """Whether the whole message is a start keyword."""
    return _is_keyword(text, _STARTS)


def without_courtesy(text: str) -> str:
    """Return the message in folded words, without a signature, "please" and "thank you"."""
    said = _SIGNATURE.sub("", _spelling(_DASHES.sub("", text.strip()))).strip()
    before = None
    while said and said != before:
        before = said
        for courtesy in _COURTESIES:
            said = said.removeprefix(f"{courtesy} ").removesuffix(f" {courtesy}")
    return said


def _is_keyword(text: str, keywords: frozenset[str]) -> bool:
    said = without_courtesy(text)
    words = said.split()
    if len(words) > 1 and len(set(words)) == 1:  # "Stop! STOP!!"
        said = words[0]
    elif len(words) > 1 and all(len(word) == 1 for word in words):  # "S T O P", "S.T.O.P."
        said = "".join(words)
    return said in keywords
