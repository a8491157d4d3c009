"""`make pictures`: take the pictures of the console for documents and help, in the demo's shop."""

import argparse
import base64
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

from local.api import Api
from local.browser import browser, set_screen
from local.cloud import Cloud, local_cloud
from local.places import ROOT
from local.seed import MANAGER, SANA, Seeder

IMAGES = ROOT / "docs" / "images" / "console"
IN_THE_GUIDE = ROOT / "layers" / "vaada" / "vaada" / "present" / "guide" / "pictures"
_PHONE, _DESK = (390, 844), (1280, 900)
_TALLEST = 1800  # pixels; what is longer is cut
_PATIENCE = 30  # seconds
_QUALITY = 50  # percent
OF_THE_GUIDE = frozenset({"my-day", "contact", "promises", "case", "report", "policy", "relationship"})


@dataclass(frozen=True)
class Picture:
    """A page in one style. `wide` is for a desk's screen, otherwise a phone's."""

    name: str
    path: str
    wide: bool = True
    dark: bool = False


def pictures(customer: str, case: str, week: str, strained: str, parted: str) -> Iterator[Picture]:
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
        "people": "people",
        "policy": "policy",
        "messages": "messages",
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
            _take(cloud, manager, list(pictures(customer, case, week, strained, parted)))
            _take_in_urdu(cloud, manager)
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
