"""Times, places and languages of the customers, and the defaults of the policy."""

from datetime import time, timedelta

DAY, HOUR, MINUTE, SECOND = (timedelta(**{unit: 1}) for unit in ("days", "hours", "minutes", "seconds"))
WEEK = 7 * DAY
MESSAGES_A_WEEK = 3
MORNING, EVENING = time(9), time(20)
LANGUAGES = ("en", "ur", "ar", "es", "fr", "de", "hi", "pt")
ZONES = (
    *("UTC", "Europe/London", "America/New_York", "America/Los_Angeles", "Asia/Karachi", "Asia/Kolkata"),
    *("Australia/Sydney", "Pacific/Auckland"),
)
