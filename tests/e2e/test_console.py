"""The console in a real browser on the deployed stack, signed in by Cognito's pages."""

import re
from base64 import b64decode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from selenium.common.exceptions import WebDriverException
from selenium.webdriver import ActionChains, Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.select import Select
from selenium.webdriver.support.wait import WebDriverWait

from local.api import Api
from local.browser import browser, set_screen
from tests.e2e.desk import Desk, Person
from tests.e2e.test_accessibility import AXE, RULES, RUN
from tests.times import DAY, HOUR

SIZES = ((320, 640), (1280, 900))
STICKING_OUT = """
    return [...document.body.querySelectorAll("*")]
        .filter(each => each.getBoundingClientRect().right > arguments[0])
        .map(each => each.outerHTML.slice(0, 120)).slice(-5)
"""
LONG = "Order part X1234567890X1234567890X1234567890 and https://parts.example/very-long-path/very-long-path"


@dataclass(frozen=True)
class Team:
    """An agent and their supervisor with ways into the console, and a customer of theirs."""

    desk: Desk
    agent: Person
    supervisor: Person
    users: dict[str, Api]
    customer: Person

    @property
    def home(self) -> str:
        """The address of the console."""
        return self.desk.cloud.outputs["ConsoleUrl"]

    @contextmanager
    def signed_in(
        self, who: Person, width: int, height: int = 900, *, scripts: bool = True
    ) -> Iterator[Chrome]:
        """A browser of this size in which somebody has signed in by Cognito's page."""
        with browser(width, height, scripts=scripts) as chrome:
            chrome.get(self.home)
            user = self.users[who.id]
            chrome.find_element(By.NAME, "username").send_keys(user.email)
            chrome.find_element(By.NAME, "password").send_keys(user.password)
            chrome.find_element(By.CSS_SELECTOR, "button").click()
            until(chrome, lambda: chrome.find_elements(By.ID, "day"))
            yield chrome

    def promise(self, what: str = "Call back with a price", late_by: timedelta = HOUR) -> str:
        """A promise of the agent that is overdue at once."""
        return self.desk.promise(self.customer, self.agent, what, self.desk.now - late_by, ago=DAY)


@pytest.fixture(scope="module")
def team(desk: Desk) -> Team:
    supervisor = desk.agent("Sana Iqbal")
    agent = desk.agent("Zara Malik", supervisor=supervisor)
    users = {
        agent.id: desk.user(agent.email, "agents"),
        supervisor.id: desk.user(supervisor.email, "managers"),
    }
    customer = desk.customer("عائشہ خان", language="ur")
    desk.resolved(customer, agent, "سائیکل ٹھیک ہو گئی۔", desk.now - HOUR)
    return Team(desk, agent, supervisor, users, customer)


def until(chrome: Chrome, look: Callable[[], object]) -> None:
    """Wait until something is there. While the page is changing, the driver fails in several ways."""
    WebDriverWait(chrome, 20, ignored_exceptions=[WebDriverException]).until(lambda _: look())


def press(chrome: Chrome, *keys: str) -> None:
    """Press keys one after the other, wherever the focus is."""
    for key in keys:
        ActionChains(chrome).send_keys(key).perform()


def choose(chrome: Chrome, selector: str, number: int = 0) -> None:
    """Choose one of several, as a person does: scrolled to the middle of the screen."""
    press_on(chrome, chrome.find_elements(By.CSS_SELECTOR, selector)[number].find_element(By.XPATH, "./.."))


def press_on(chrome: Chrome, element: WebElement) -> None:
    """Scroll to an element, and click on it."""
    chrome.execute_script("arguments[0].scrollIntoView({block: 'center'})", element)
    element.click()


def words(chrome: Chrome) -> str:
    """The visible text of the page."""
    return chrome.find_element(By.TAG_NAME, "body").text


def shows_another_title(chrome: Chrome, title: str) -> bool:
    """Whether another page than that with this title is there."""
    return chrome.find_element(By.TAG_NAME, "h1").text != title


def is_shown(element: WebElement) -> bool:
    return element.is_displayed()


def too_wide(chrome: Chrome, width: int) -> list[str]:
    """What sticks out of a screen of this width, if anything does."""
    if chrome.execute_script("return document.documentElement.scrollWidth") <= width:
        return []
    return [str(each) for each in chrome.execute_script(STICKING_OUT, width)]


def test_the_day_is_worked_on_a_small_phone_without_scripts(team: Team) -> None:
    promise = team.promise(LONG, late_by=3 * HOUR)  # so the first of all
    with team.signed_in(team.agent, 320, 640, scripts=False) as chrome:
        assert "late" in words(chrome)
        assert too_wide(chrome, 320) == []
        press_on(chrome, chrome.find_element(By.CSS_SELECTOR, f'form[action$="{promise}/kept"] button'))
        until(chrome, lambda: "Noted: the promise is kept." in words(chrome))
        assert team.desk.row(team.customer, promise)["status"] == "kept"

        chrome.get(f"{team.home}contacts/new")
        chrome.find_element(By.NAME, "q").send_keys("عائشہ")
        chrome.find_element(By.CSS_SELECTOR, 'button[value="find"]').click()
        found = f'input[name="customer_id"][value="{team.customer.id}"]'
        until(chrome, lambda: chrome.find_elements(By.CSS_SELECTOR, found))
        choose(chrome, found)
        chrome.find_element(By.NAME, "summary").send_keys("Wants the wheel back")
        chrome.find_element(By.NAME, "what").send_keys("Bring the wheel")
        choose(chrome, 'input[name="at"]', 1)
        assert too_wide(chrome, 320) == []
        chrome.find_element(By.CSS_SELECTOR, '.save button[value="save"]').click()
        until(chrome, lambda: "Recorded. The desk remembers the rest." in words(chrome))
        assert "Bring the wheel" in words(chrome)
        assert too_wide(chrome, 320) == []
    assert "Wants the wheel back" in [
        row["summary"] for row in team.desk.timeline(team.customer, "interaction")
    ]
    assert "Bring the wheel" in [row["what"] for row in team.desk.timeline(team.customer, "commitment")]


def test_a_promise_is_marked_as_kept_with_two_keys_and_without_a_new_page(team: Team) -> None:
    ines = team.desk.agent("Ines Costa", supervisor=team.supervisor)  # who has nothing else to do
    team.users[ines.id] = team.desk.user(ines.email, "agents")
    promise = team.desk.promise(team.customer, ines, "Call back", team.desk.now - HOUR, ago=DAY)
    with team.signed_in(ines, 1280) as chrome:
        chrome.execute_script("window.samePage = true")
        press(chrome, "d", Keys.ENTER)
        until(chrome, lambda: "Noted: the promise is kept." in words(chrome))
        assert chrome.execute_script("return window.samePage")
    assert team.desk.row(team.customer, promise)["status"] == "kept"


def test_several_promises_are_given_to_somebody_else_on_a_phone_without_scripts(team: Team) -> None:
    given = [team.promise(f"Bring wheel {number}", late_by=4 * HOUR) for number in (1, 2)]
    with team.signed_in(team.supervisor, 320, 640, scripts=False) as chrome:
        chrome.get(f"{team.home}promises")
        for promise in given:
            press_on(chrome, chrome.find_element(By.CSS_SELECTOR, f'input[value="{promise}"]'))
        Select(chrome.find_element(By.ID, "to")).select_by_value(team.supervisor.id)
        press_on(chrome, chrome.find_element(By.CSS_SELECTOR, ".chosen button"))
        until(chrome, lambda: "2 promises are theirs from now on" in words(chrome))
    assert {team.desk.row(team.customer, one)["agent_id"] for one in given} == {team.supervisor.id}


def test_rules_are_tried_before_they_are_saved_on_a_phone_without_scripts(team: Team) -> None:
    team.promise("Bring the lamp", late_by=HOUR / 2)
    with team.signed_in(team.supervisor, 320, 640, scripts=False) as chrome:
        chrome.get(f"{team.home}policy")
        warn = chrome.find_element(By.NAME, "warn")
        warn.clear()
        warn.send_keys("1")
        press_on(chrome, chrome.find_element(By.CSS_SELECTOR, '.save button[value="try"]'))
        until(chrome, lambda: "Would be" in words(chrome))
        assert "was 4 hours" in words(chrome)
        assert too_wide(chrome, 320) == []
        chrome.get(f"{team.home}policy")
        assert chrome.find_element(By.NAME, "warn").get_attribute("value") == "4"


def test_a_number_of_the_report_opens_the_rows_that_it_counts(team: Team) -> None:
    team.promise("Bring the bell", late_by=HOUR / 2)
    with team.signed_in(team.supervisor, 1280) as chrome:
        press(chrome, "g", "r")
        until(chrome, lambda: chrome.find_elements(By.CSS_SELECTOR, ".figures"))
        late = chrome.find_elements(By.CSS_SELECTOR, 'a[href*="count=missed"]')[-1]
        number = late.text
        press_on(chrome, late)
        until(chrome, lambda: chrome.find_elements(By.CSS_SELECTOR, "li.row"))
        assert len(chrome.find_elements(By.CSS_SELECTOR, "li.row")) == int(number)
        chrome.back()
        until(chrome, lambda: chrome.find_elements(By.CSS_SELECTOR, ".figures"))


def test_the_report_prints_on_one_sheet(team: Team) -> None:
    with team.signed_in(team.supervisor, 1280) as chrome:
        chrome.get(f"{team.home}report")
        # The desk of all these tests has dozens of agents.
        chrome.execute_script(
            "document.querySelectorAll('tbody tr:nth-child(n+14)').forEach(row => row.remove())"
        )
        printed = b64decode(chrome.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True})["data"])

    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1


def test_the_first_run_on_a_phone_without_scripts_brings_in_a_file(team: Team, tmp_path: Path) -> None:
    file = tmp_path / "customers.csv"
    file.write_text('Name;Phone\n"Nadia, Bakery";+44 7700 900871\nNo number;12345678901234567890\n')
    with team.signed_in(team.supervisor, 320, 640, scripts=False) as chrome:
        for step in ("business", "hours", "colleagues"):
            chrome.get(f"{team.home}setup/{step}")
            assert too_wide(chrome, 320) == []
            before = chrome.find_element(By.TAG_NAME, "h1").text
            press_on(chrome, chrome.find_element(By.CSS_SELECTOR, 'button[value="skip"]'))
            until(chrome, partial(shows_another_title, chrome, before))
        assert chrome.current_url.endswith("/setup/customers")
        chrome.find_element(By.ID, "file").send_keys(str(file))
        press_on(chrome, chrome.find_element(By.CSS_SELECTOR, 'button[value="preview"]'))
        until(chrome, lambda: "Cannot be read, left out: 1" in words(chrome))
        assert too_wide(chrome, 320) == []
        press_on(chrome, chrome.find_element(By.CSS_SELECTOR, 'button[value="bring"]'))
        until(chrome, lambda: chrome.current_url.endswith("/setup/message"))
        chrome.get(f"{team.home}setup?all=1")
        press_on(chrome, chrome.find_element(By.CSS_SELECTOR, 'a[href="/desk/setup/ready"]'))
        until(chrome, lambda: "Is this desk ready?" in chrome.find_element(By.TAG_NAME, "h1").text)
        assert "Not set up yet" in words(chrome)
        chrome.get(f"{team.home}customers?q=Nadia")
        assert "Nadia, Bakery" in words(chrome)


def test_find_opens_by_a_key_and_finds_as_one_types(team: Team) -> None:
    with team.signed_in(team.supervisor, 1280) as chrome:
        press(chrome, "/")
        until(chrome, lambda: is_shown(chrome.find_element(By.CSS_SELECTOR, "#palette input")))
        press(chrome, *"عائشہ")
        until(chrome, lambda: "عائشہ خان" in chrome.find_element(By.ID, "palette").text)
        press(chrome, Keys.ENTER)
        until(chrome, lambda: chrome.find_elements(By.ID, "happened"))
        press(chrome, "?")
        until(chrome, lambda: is_shown(chrome.find_element(By.ID, "keys")))
        press(chrome, Keys.ESCAPE, "c")
        until(chrome, lambda: "contacts/new" in chrome.current_url)


def test_a_contact_shows_what_follows_and_its_draft_outlives_the_page(team: Team) -> None:
    with team.signed_in(team.agent, 1280) as chrome:
        chrome.get(f"{team.home}contacts/new?customer_id={team.customer.id}")
        chrome.find_element(By.NAME, "summary").send_keys("The brake squeals")
        chrome.find_element(By.NAME, "what").send_keys("Call back" + Keys.TAB)
        choose(chrome, 'input[name="at"]', 2)
        plan = chrome.find_element(By.ID, "plan")
        until(chrome, lambda: "flagged as late, and Zara Malik hears of it" in plan.text)

        chrome.refresh()
        assert chrome.find_element(By.NAME, "summary").get_attribute("value") == "The brake squeals"
        chrome.find_element(By.NAME, "summary").send_keys(Keys.CONTROL + Keys.ENTER)
        until(chrome, lambda: "Recorded." in words(chrome))
        chrome.get(f"{team.home}contacts/new?customer_id={team.customer.id}")
        assert chrome.find_element(By.NAME, "summary").get_attribute("value") == ""


def test_the_console_reads_from_the_right_in_urdu(team: Team) -> None:
    team.desk.manager.patch(f"/api/agents/{team.agent.id}", {"language": "ur"})
    try:
        for width, height in SIZES:
            with team.signed_in(team.agent, width, height) as chrome:
                root = chrome.find_element(By.TAG_NAME, "html")
                assert (root.get_attribute("lang"), root.get_attribute("dir")) == ("ur", "rtl")
                own = f"customers/{team.customer.id}"
                for path in (
                    "",
                    "customers",
                    own,
                    f"{own}/write",
                    "contacts/new",
                    "find",
                    "promises",
                    "report",
                    "surveys",
                    "policy",
                ):
                    chrome.get(f"{team.home}{path}")
                    assert too_wide(chrome, width) == [], path
    finally:
        team.desk.manager.patch(f"/api/agents/{team.agent.id}", {"language": None})


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_axe_finds_nothing_on_any_page_in_any_state(team: Team, width: int, height: int) -> None:
    promise = team.promise(LONG)
    case = team.desk.row(team.customer, promise)["case_id"]
    complaint = team.desk.contact(team.customer, team.agent, kind="complaint", summary="Again!")["case_id"]
    texts = [{"language": "en", "subject": "Winter is near", "text": LONG}]
    tip = team.desk.manager.post("/api/campaigns", {"texts": texts})["campaign_id"]
    found: dict[str, list[str]] = {}
    with team.signed_in(team.supervisor, width, height) as chrome:
        for page in every_page(team, promise, case, complaint, tip):
            chrome.get(f"{team.home}{page}")
            assert too_wide(chrome, width) == [], page
            found |= axe(chrome, page, width, height)
        chrome.get(f"{team.home}contacts/new")
        chrome.find_element(By.CSS_SELECTOR, '.save button[value="save"]').click()
        until(chrome, lambda: "are missing" in words(chrome))
        found |= axe(chrome, "form with problems", width, height)

    assert found == {}


def every_page(team: Team, promise: str, case: str, complaint: str, tip: str) -> list[str]:
    """The paths of all pages, and of their states."""
    own = f"customers/{team.customer.id}"
    return [
        *(
            "",
            "customers",
            "customers?q=nobody",
            "contacts/new",
            f"contacts/new?customer_id={team.customer.id}",
        ),
        *(own, f"{own}?show=not_sent", f"{own}/edit", f"{own}/merge", f"{own}/erase", f"{own}/write"),
        *("no-such-page", "keys"),
        *(f"cases/{case}", f"cases/{complaint}", "find", "find?q=ay", "sign-ins"),
        *(f"work/{promise}/{action}" for action in ("new_date", "running_late", "withdraw")),
        *("promises", f"promises?agent={team.agent.id}", "promises?given=1&not=1"),
        *("surveys", "surveys?show=quarantined", "surveys?show=withheld"),
        *("messages", "messages?status=sent", "messages?status=withheld", "messages?status=sent&to=agent"),
        *("policy", "policy/versions", "policy/replies"),
        *("report", "report?from=2026-02-01&to=2026-01-01", "report/rows?count=promises"),
        *(f"?agent={team.agent.id}", "me", "me/absence", "people", "people/new"),
        *("help", "help/a-day", "help/campaigns", "help/mail", "setup/ready"),
        *("campaigns", "campaigns/new", f"campaigns/{tip}", f"campaigns/{tip}?language=ur", "mail"),
        *("thanks", "training", "relationships", f"{own}/relationship", "report/weeks", "me/practice"),
        *(f"people/{team.agent.id}{page}" for page in ("", "/absence", "/leave")),
        *(
            f"setup{page}"
            for page in ("?all=1", "/business", "/hours", "/colleagues", "/customers", "/message")
        ),
    ]


def axe(chrome: Chrome, page: str, width: int, height: int) -> dict[str, list[str]]:
    """What axe finds on the page, in the light, and in the dark, where only the colours differ.

    The screen is as high as the page meanwhile: what lies under a bar now would be free after scrolling.
    """
    chrome.execute_cdp_cmd("Page.setBypassCSP", {"enabled": True})
    chrome.execute_script(AXE)
    set_screen(chrome, width, max(height, chrome.execute_script("return document.body.scrollHeight")))
    found = {}
    for theme, rules in (("light", RULES), ("dark", ("color-contrast",))):
        features = {"prefers-color-scheme": theme, "prefers-reduced-motion": "reduce"}
        told = [{"name": name, "value": value} for name, value in features.items()]
        chrome.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": told})
        violations = chrome.execute_async_script(RUN, rules)
        found[f"{theme} {page}"] = [
            f"{one['id']}: {[node['html'][:160] for node in one['nodes']][:2]}" for one in violations
        ]
    chrome.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
    set_screen(chrome, width, height)
    return {where: problems for where, problems in found.items() if problems}


def test_a_colleague_is_invited_and_another_one_sets_their_hours(team: Team) -> None:
    with team.signed_in(team.supervisor, 320, 640, scripts=False) as chrome:
        chrome.get(f"{team.home}people/new")
        chrome.find_element(By.NAME, "name").send_keys("Hamza Ali")
        chrome.find_element(By.NAME, "email").send_keys("hamza@example.com")
        press_on(chrome, chrome.find_element(By.CSS_SELECTOR, ".save button"))
        until(chrome, lambda: "Added, and invited by mail." in words(chrome))
        assert "Invited; has not signed in yet." in words(chrome)
        assert too_wide(chrome, 320) == []
    with team.signed_in(team.agent, 1280) as chrome:
        chrome.get(f"{team.home}me")
        choose(chrome, 'input[name="hours"]', 1)
        chrome.find_element(By.NAME, "monday").send_keys("9-13, 14-18" + Keys.CONTROL + Keys.ENTER)
        until(chrome, lambda: "Saved." in words(chrome))
        assert chrome.find_element(By.NAME, "monday").get_attribute("value") == "09:00-13:00, 14:00-18:00"
        choose(chrome, 'input[name="hours"]', 0)
        press_on(chrome, chrome.find_element(By.CSS_SELECTOR, ".save button"))
        until(chrome, lambda: "Saved." in words(chrome))


def test_a_contact_without_a_network_waits_in_the_browser_and_is_sent_once(team: Team) -> None:
    with team.signed_in(team.agent, 320, 640) as chrome:
        chrome.get(f"{team.home}contacts/new?customer_id={team.customer.id}")
        network = {"latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
        chrome.execute_cdp_cmd("Network.emulateNetworkConditions", {"offline": True, **network})
        until(chrome, lambda: "This is how it stood" in words(chrome))
        chrome.find_element(By.NAME, "summary").send_keys("Said in a tunnel")
        press_on(chrome, chrome.find_element(By.CSS_SELECTOR, '.save button[value="save"]'))
        until(chrome, lambda: "wait in this browser until there is a network: 1" in words(chrome))
        assert chrome.find_element(By.NAME, "summary").get_attribute("value") == ""
        assert too_wide(chrome, 320) == []

        chrome.execute_cdp_cmd("Network.emulateNetworkConditions", {"offline": False, **network})
        until(chrome, lambda: "wait in this browser" not in words(chrome))
        chrome.get(f"{team.home}customers/{team.customer.id}?show=said")
        assert words(chrome).count("Said in a tunnel") >= 1
    said = [row for row in team.desk.timeline(team.customer) if row["row_kind"] == "interaction"]
    assert [row["summary"] for row in said].count("Said in a tunnel") == 1


def test_the_day_and_the_form_are_kept_for_a_phone_without_a_network(team: Team) -> None:
    with team.signed_in(team.agent, 320, 640) as chrome:
        ready = "const done = arguments[0]; navigator.serviceWorker.ready.then(() => done(true))"
        assert chrome.execute_async_script(ready)
        chrome.get(team.home)
        until(chrome, lambda: _kept(chrome) == ["/desk/", "/desk/contacts/new"])
        chrome.get(f"{team.home}sign-ins")
        press_on(chrome, chrome.find_elements(By.CSS_SELECTOR, 'form[action="/desk/sign-out"] button')[-2])
        until(chrome, lambda: "You are signed out" in words(chrome))
        until(chrome, lambda: _kept(chrome) == [])


def _kept(chrome: Chrome) -> list[str]:
    """The paths of the pages that the browser keeps."""
    script = """
        const done = arguments[0];
        caches.open("pages").then(pages => pages.keys())
            .then(kept => done(kept.map(one => new URL(one.url).pathname).sort()));
    """
    return list(chrome.execute_async_script(script))


def test_signed_out_everything_leads_to_the_sign_in(team: Team) -> None:
    with team.signed_in(team.agent, 1280) as chrome:
        chrome.find_element(By.CSS_SELECTOR, 'form[action="/desk/sign-out"] button').click()
        until(chrome, lambda: "You are signed out" in words(chrome))
        chrome.get(f"{team.home}customers")
        assert chrome.find_elements(By.NAME, "password")


def test_an_agent_is_chosen_for_a_colleague_by_a_manager(team: Team) -> None:
    with team.signed_in(team.supervisor, 1280) as chrome:
        chrome.get(f"{team.home}contacts/new?customer_id={team.customer.id}")
        press_on(chrome, chrome.find_element(By.CSS_SELECTOR, ".rest summary"))
        Select(chrome.find_element(By.NAME, "agent_id")).select_by_visible_text("Zara Malik")
        chrome.find_element(By.NAME, "summary").send_keys("For Zara")
        chrome.find_element(By.CSS_SELECTOR, '.save button[value="save"]').click()
        until(chrome, lambda: "Recorded." in words(chrome))
        assert "Zara Malik" in words(chrome)
