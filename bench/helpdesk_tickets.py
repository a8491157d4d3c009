"""Measure django-helpdesk's `escalate_tickets`. `bench/peer.py` runs this where django-helpdesk is installed.

helpdesk_tickets.py OPEN DUE    how many tickets are open, and how many of them are due to be escalated
"""

# mypy: ignore-errors
# ruff: noqa: PLC0415
# Django is not one of our libraries, and its models can be imported only after its set-up.

import json
import sys
import time
from datetime import timedelta

import django
from django.conf import settings
from django.core.management import call_command

APPS = ("admin", "auth", "contenttypes", "humanize", "messages", "sessions", "sites")
SETTINGS = {
    "SECRET_KEY": "of a database that is in memory",
    "INSTALLED_APPS": [*(f"django.contrib.{app}" for app in APPS), "rest_framework", "helpdesk"],
    "DATABASES": {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    "EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend",
    "TEMPLATES": [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
    "DEFAULT_AUTO_FIELD": "django.db.models.AutoField",
    "ROOT_URLCONF": "__main__",
    "SITE_ID": 1,
    "USE_TZ": True,
    "HELPDESK_TEAMS_MODE_ENABLED": False,
    "HELPDESK_KANBAN_ENABLED": False,
}


urlpatterns = []


def main(opened: int, due: int) -> None:
    """Print the queries and the CPU seconds of one run."""
    settings.configure(**SETTINGS)
    django.setup()
    call_command("migrate", verbosity=0)
    from django.contrib.auth.models import User
    from django.db import connection
    from django.test.utils import CaptureQueriesContext
    from django.urls import include, path
    from django.utils import timezone
    from helpdesk.models import Queue, Ticket

    urlpatterns.append(path("", include("helpdesk.urls", namespace="helpdesk")))  # for links in mails
    now = timezone.now()
    owner = User.objects.create(username="amina", email="amina@example.com")
    queue = Queue.objects.create(title="Shop", slug="shop", escalate_days=3, email_address="desk@example.com")
    facts = {"queue": queue, "status": Ticket.OPEN_STATUS, "assigned_to": owner, "priority": 3}
    Ticket.objects.bulk_create(
        Ticket(title=f"Cake {n}", submitter_email=f"c{n}@example.com", last_escalation=now, **facts)
        for n in range(opened)
    )
    some = Ticket.objects.values_list("id", flat=True)[:due]
    Ticket.objects.filter(id__in=list(some)).update(last_escalation=now - timedelta(days=9))
    with CaptureQueriesContext(connection) as made:
        begun = time.process_time()
        call_command("escalate_tickets")
        seconds = time.process_time() - begun
    print(json.dumps({"calls": len(made), "seconds": seconds}))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
