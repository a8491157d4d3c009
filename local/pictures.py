"""`make pictures`: take the pictures of the console for documents and help, in the demo's shop."""

import argparse
import base64
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

from local.api import Api
from local.browser import browser, set_screen
from local.cloud import Cloud, local_cloud
from local.history import History, R
from local.places import ROOT
from local.seed import MANAGER, SANA, Seeder
from vaada.model.cases import Case
from vaada.model.people import Agent, Customer
from vaada.model.policy import PolicyDocument
from vaada.model.weekly_reports import WeeklyReport
from vaada.model.work import Reply, Survey
from vaada.present import email
from vaada.present.i18n import words
from vaada.present.times import Times
from vaada.present.weekly_report import Named, week_page

IMAGES = ROOT / "docs" / "images" / "console"
IN_THE_GUIDE = ROOT / "layers" / "vaada" / "vaada" / "present" / "guide" / "pictures"
WEEKLY_MAIL = ROOT / "docs" / "images" / "weekly-report.png"
_PHONE, _DESK = (390, 844), (1280, 900)
_DESK_OF_MAIL = "https://desk.example.com"
_TALLEST = 1800  # pixels; what is longer is cut
_PATIENCE = 30  # seconds
_QUALITY = 50  # percent
OF_THE_GUIDE = frozenset(
    {"my-day", "contact", "promises", "case", "mail", "report", "campaign", "relationship", "policy"}
)


@dataclass(frozen=True)
class Picture:
    """A page in one style. `wide` is for a desk's screen, otherwise a phone's."""

    name: str
    path: str
    wide: bool = True
    dark: bool = False


def pictures(
    customer: str, case: str, week: str, strained: str, parted: str, campaign: str
) -> Iterator[Picture]:
    """The pictures of a manager's pages."""
    pages = {
        "my-day": "",
        "contact": f"contacts/new?customer_id={customer}",
        "customers": "customers",
        "customer": f"customers/{customer}",
        "case": f"cases/{case}",
        "find": "find?q=a",
        "promises": "promises",
        "surveys": "surveys",
        "report": "report",
        "weekly-report": f"report/weeks/{week}",
        "relationship": f"customers/{strained}/relationship",
        "parting-letter": f"customers/{parted}/relationship/letter",
        "campaigns": "campaigns",
        "campaign": f"campaigns/{campaign}",
        "people": "people",
        "policy": "policy",
        "messages": "messages",
        "mail": "mail",
        "me": "me",
        "setup": "setup/hours",
    }
    for name, path in pages.items():
        yield Picture(name, path)
        yield Picture(f"{name}-phone", path, wide=False)
    yield Picture("my-day-dark", "", dark=True)
    yield Picture("customer-dark", f"customers/{customer}", dark=True)


def main() -> int:
    """Run the command. Returns the exit code."""
    parser = argparse.ArgumentParser(prog="make pictures", description=__doc__)
    parser.add_argument("--port", type=int, default=4568, help="where the local cloud listens")
    IMAGES.mkdir(parents=True, exist_ok=True)
    with local_cloud(parser.parse_args().port) as cloud:
        cloud.build()
        cloud.deploy()
        with closing(Api.sign_up(cloud, MANAGER, "managers")) as manager:
            case = Seeder(cloud, manager, print).seed()
            customer = str(manager.get(f"/api/cases/{case}")["customer_id"])
            reports = manager.get("/api/reports/weeks")["items"]
            week = next(one["week"] for one in reports if one["status"] == "sent")
            strained, parted = (_first(manager, status) for status in ("proposed", "parted"))
            campaigns = manager.get("/api/campaigns")["items"]
            campaign = next(str(one["campaign_id"]) for one in campaigns if one["event"])
            _take(cloud, manager, list(pictures(customer, case, week, strained, parted, campaign)))
            _take_in_urdu(cloud, manager)
            _take_weekly_mail(manager, cloud.clock.now())
    return 0


def _first(manager: Api, status: str) -> str:
    """Return the id of the first customer whose relationship has this status."""
    return str(manager.get("/api/relationships", status=status)["items"][0]["customer_id"])


def _take_in_urdu(cloud: Cloud, manager: Api) -> None:
    """Take the picture of the day of an agent who reads Urdu."""
    agents = manager.get("/api/agents")["items"]
    [sana] = [agent["agent_id"] for agent in agents if agent["email"] == SANA]
    manager.patch(f"/api/agents/{sana}", {"language": "ur"})
    password = manager.password
    cloud.client("cognito-idp").admin_set_user_password(
        UserPoolId=cloud.outputs["UserPoolId"], Username=SANA, Password=password, Permanent=True
    )
    with closing(Api(cloud, SANA, password)) as user:
        _take(cloud, user, [Picture("my-day-ur", ""), Picture("my-day-ur-phone", "", wide=False)])


def _take_weekly_mail(manager: Api, now: datetime) -> None:
    """Take the weekly report as a mail on three phones, each in another language."""
    agents = [Agent.model_validate(each) for each in manager.get("/api/agents")["items"]]
    policy = PolicyDocument.model_validate(manager.get("/api/policy"))
    history = History(agents, policy, now)
    history.make()
    width, height = _PHONE
    style = (
        "body { margin: 0; display: flex; gap: 16px; padding: 16px; background: #51605c }"
        f" iframe {{ flex: none; width: {width}px; height: {height}px; border: 0 }}"
    )
    frames = [
        f'<iframe srcdoc="{escape(_weekly_mail(history, one))}"></iframe>' for one in ("en", "de", "ur")
    ]
    with (
        browser(len(frames) * (width + 16) + 16, height + 32) as chrome,
        TemporaryDirectory() as folder,
    ):
        page = Path(folder) / "mails.html"
        page.write_text(
            f'<!doctype html><meta charset="utf-8"><style>{style}</style>{"".join(frames)}', encoding="utf-8"
        )
        chrome.get(page.as_uri())
        chrome.save_screenshot(str(WEEKLY_MAIL))
        _take_small(chrome, IN_THE_GUIDE / "weekly-report.webp")
    print(WEEKLY_MAIL.relative_to(ROOT))


def _weekly_mail(history: History, language: str) -> str:
    """Return the latest weekly report of the demo as a mail in HTML."""
    rows = history.table.rows.values()

    def by_id(kind: type[R]) -> dict[str, R]:
        return {row.id: row for row in rows if isinstance(row, kind)}

    reports = [row for row in by_id(WeeklyReport).values() if row.status == "sent"]
    named = Named(by_id(Customer), by_id(Reply), by_id(Survey), by_id(Case), by_id(Agent))
    business, base = history.policy.business, _DESK_OF_MAIL
    times = Times(words(language), ZoneInfo(business.time_zone), history.now)
    latest = max(reports, key=lambda row: row.begins)
    page = week_page(latest, named, times, business=business.name, zone=business.time_zone, base=base)
    return email.for_week(page, business.name, times.words, base).html if page else ""


def _take(cloud: Cloud, user: Api, wanted: list[Picture]) -> None:
    home = cloud.outputs["ConsoleUrl"]
    with browser(*_DESK) as chrome:
        chrome.get(home)
        chrome.find_element(By.NAME, "username").send_keys(user.email)
        chrome.find_element(By.NAME, "password").send_keys(user.password)
        chrome.find_element(By.CSS_SELECTOR, "button").click()
        WebDriverWait(chrome, _PATIENCE).until(lambda _: chrome.find_elements(By.ID, "day"))
        for picture in wanted:
            _take_one(chrome, home, picture)


def _take_one(chrome: Chrome, home: str, picture: Picture) -> None:
    theme = {"name": "prefers-color-scheme", "value": "dark" if picture.dark else "light"}
    chrome.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [theme]})
    width, height = _DESK if picture.wide else _PHONE
    set_screen(chrome, width, height)
    chrome.get(f"{home}{picture.path}")
    whole = chrome.execute_script("return document.documentElement.scrollHeight")
    set_screen(chrome, width, min(max(whole, height), _TALLEST) if picture.wide else height)
    file = IMAGES / f"{picture.name}.png"
    chrome.save_screenshot(str(file))
    print(file.relative_to(ROOT))
    if picture.name in OF_THE_GUIDE:
        _take_small(chrome, IN_THE_GUIDE / f"{picture.name}.webp")


def _take_small(chrome: Chrome, file: Path) -> None:
    """Take a picture for the console's help. It is a part of the layer, so it must be small."""
    taken = chrome.execute_cdp_cmd("Page.captureScreenshot", {"format": "webp", "quality": _QUALITY})
    file.write_bytes(base64.b64decode(taken["data"]))
    print(file.relative_to(ROOT))


if __name__ == "__main__":
    sys.exit(main())
