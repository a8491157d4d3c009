"""What the customers of the demo's shop are called, want and say, and what the shop writes to them."""

from vaada.model.campaign_input import NewCampaignText

READERS = frozenset({"Nadia Baig", "Imran Sheikh", "Farah Ahmed", "Zara Malik", "Bilal Khan", "Hina Raza"})
"""The customers who agreed to tips and invitations."""

TIP = (
    NewCampaignText(
        language="en",
        subject="Three minutes for your chain",
        text="Wipe it with a dry cloth, oil each link, and wipe off what is left.\n\nOnce a month is enough.",
    ),
    NewCampaignText(
        language="ur",
        subject="زنجیر کے لیے تین منٹ",
        text="اسے خشک کپڑے سے صاف کریں، ہر کڑی کو تیل دیں اور باقی تیل پونچھ دیں۔\n\n"
        "مہینے میں ایک بار کافی ہے۔",
    ),
)
EVENING = (
    NewCampaignText(
        language="en",
        subject="Repair evening: mend a flat tyre yourself",
        text="Bring your bicycle. We bring tools, tea and patience.",
    ),
    NewCampaignText(
        language="ur",
        subject="مرمت کی شام: پنکچر خود لگانا سیکھیں",
        text="اپنی سائیکل لائیں۔ اوزار، چائے اور صبر ہماری طرف سے۔",
    ),
)
CUSTOMERS = (
    ("Nadia Baig", "ur", "+923004445566", "Reads Urdu, calls in the evening."),
    ("Imran Sheikh", "en", "+923215556677", None),
    ("Farah Ahmed", "ur", "+923336667788", "Third floor, the bell is broken: call from the street."),
    ("عمر طارق", "ur", "+923027778899", None),
    ("Zara Malik", "en", "+923448889900", None),
    ("Bilal Khan", "en", "+923001112233", None),
    ("Hina Raza", "ur", "+923009998877", None),
    ("Beacon School", "en", "+924235551234", "Six bicycles, one invoice a term. Ask for Mrs Qureshi."),
    ("Karachi Riders", "en", "+922134445678", "A club of forty; they come on Sundays."),
    ("Sophie Laurent", "fr", "+33612345678", None),
    ("Jonas Weber", "de", "+4915112345678", "Wants the old parts back."),
    ("Ana Souza", "pt", "+5511987654321", None),
    ("प्रिया शर्मा", "hi", "+919812345678", None),
    ("Layla Haddad", "ar", "+971501234567", None),
    ("Usman Tariq", "en", "+923031231231", None),
    ("Mehwish Ali", "ur", "+923041231232", None),
    ("Tom Fletcher", "en", "+447700900456", None),
    ("Grace Okafor", "en", "+447700900789", "Rides to work: needs it back by six."),
)
MATTERS: tuple[tuple[str, str, str, str], ...] = (
    (
        "request",
        "The brake squeals since the service.",
        "Look at the brake and call back",
        "The pads were dirty; cleaned and tested.",
    ),
    (
        "request",
        "The back wheel is out of true.",
        "True the wheel",
        "Trued, and a spoke replaced.",
    ),
    (
        "question",
        "Asks what a winter service costs.",
        "Send the price of a winter service",
        "Took the full service.",
    ),
    (
        "order",
        "Ordered a child seat.",
        "Let them know when the seat is here",
        "Collected.",
    ),
    (
        "order",
        "Ordered a dynamo lamp.",
        "Fit the lamp",
        "Fitted, works in the rain.",
    ),
    (
        "complaint",
        "The chain came off again, a week after the repair.",
        "Replace the chain for free",
        "New chain and cassette, no charge.",
    ),
    (
        "complaint",
        "Was charged for a delivery that never came.",
        "Refund the delivery fee",
        "Refunded the same day.",
    ),
    (
        "request",
        "Wants the saddle height set.",
        "Set the saddle with them",
        "Set in the shop.",
    ),
    (
        "question",
        "Do mudguards fit a 2019 tourer?",
        "Measure, and say which ones fit",
        "The 45 mm ones fit.",
    ),
    (
        "visit",
        "Came by to try two bicycles.",
        "Keep the blue one for a test ride",
        "Bought the blue one.",
    ),
    (
        "request",
        "The gear skips on hills.",
        "Adjust the gear and call back",
        "Adjusted, new cable.",
    ),
    (
        "order",
        "Needs an invoice for six bicycles.",
        "Send the invoice",
        "Paid.",
    ),
)
QUESTIONS_ASKED: tuple[tuple[str, str], ...] = (
    ("Are you open on Saturday?", "Yes, until two."),
    ("Is the blue tourer still there?", "Reserved for them until Friday."),
    ("What does a puncture cost?", "Told the price; they come by."),
    ("Can the panniers be sent?", "They can, by post."),
    ("Which lock does the insurance want?", "Sent the list of locks."),
)
COMMENTS = (
    "They called before I had to ask.",
    "بہت اچھی سروس، شکریہ۔",
    "Quick and kind. A day later than promised, but they told me.",
    "Sehr freundlich, gerne wieder.",
    None,
    None,
    None,
)
COMPLAINTS = (
    "I had to ask three times.",
    "وعدے سے دو دن بعد ملی۔",
    "Später fertig als versprochen.",
    None,
)
