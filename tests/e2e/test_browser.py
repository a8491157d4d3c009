"""The pages behind the links of a mail, on a small screen without JavaScript."""

from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.expected_conditions import text_to_be_present_in_element
from selenium.webdriver.support.wait import WebDriverWait

from tests.e2e.desk import Desk, link
from tests.e2e.shared_clock import Waits, Week, scenario
from tests.e2e.small_screen import WIDTH, small_screen

EDGES = """
    const boxes = [...document.body.querySelectorAll("*")].map(each => each.getBoundingClientRect());
    const ends = boxes.map(box => box.right), starts = boxes.map(box => box.left);
    return [document.documentElement.scrollWidth, Math.max(...ends), Math.min(...starts)];
"""


def fits(screen: Chrome) -> bool:
    """Whether the page and everything on it is no wider than the screen."""
    scroll_width, rightmost, leftmost = screen.execute_script(EDGES)  # only the driver's scripts run
    return bool(scroll_width == WIDTH and rightmost <= WIDTH and leftmost >= 0)


def heading(screen: Chrome, words: str) -> bool:
    """Whether a page with this heading appears."""
    headings = WebDriverWait(screen, 20, ignored_exceptions=[StaleElementReferenceException])
    return bool(headings.until(text_to_be_present_in_element((By.TAG_NAME, "h1"), words)))


@scenario
def test_a_survey_is_answered_in_two_taps(desk: Desk, week: Week) -> Waits:
    agent = desk.agent("Maximiliana Featherstonehaugh-Wolfeschlegelstein")
    zainab = desk.customer("زینب قریشی", language="ur")
    yield week.at("Mon 09:15")
    desk.resolved(zainab, agent, "سائیکل ٹھیک ہو گئی۔", week.at("Mon 09:14"))

    yield week.at("Tue 09:14")
    survey = link(desk.mail(zainab), "s")
    with small_screen() as screen:
        screen.get(f"{survey}?score=5")
        root = screen.find_element(By.TAG_NAME, "html")
        assert (root.get_attribute("lang"), root.get_attribute("dir")) == ("ur", "rtl")
        assert root.value_of_css_property("direction") == "rtl"
        [chosen] = screen.find_elements(By.CSS_SELECTOR, "input[name=score]:checked")
        assert chosen.get_attribute("value") == "5"
        assert fits(screen)
        desk.look_for_a_moment()
        screen.find_element(By.TAG_NAME, "button").click()
        assert heading(screen, "شکریہ")
        assert fits(screen)
    assert desk.surveys(zainab)[0]["score"] == 5


@scenario
def test_an_agent_enters_a_new_date_from_the_link_in_the_mail(desk: Desk, week: Week) -> Waits:
    agent = desk.agent("Frieda Kahl")
    customer = desk.customer("Emma Extraordinarily-Longnamed-Customerperson")
    what = f"Order part {'X1234567890' * 8} and the https://parts.example/{'very-long-path/' * 6}"
    promise = desk.promise(customer, agent, what, week.at("Mon 14:02"))

    yield week.at("Mon 10:02")
    with small_screen() as screen:
        screen.get(f"{link(desk.mail(agent), 'a').partition('?')[0]}?do=new_date")
        assert fits(screen)
        form = screen.find_element(By.CSS_SELECTOR, "form")
        new_date = week.at("Tue 18:00")
        form.find_element(By.NAME, "date").send_keys(f"{new_date:%m%d%Y}")
        form.find_element(By.NAME, "time").send_keys(f"{new_date:%I%M%p}")
        form.find_element(By.NAME, "reason").send_keys("The part is late")
        desk.look_for_a_moment()
        form.find_element(By.TAG_NAME, "button").click()
        assert heading(screen, "Done")
        assert fits(screen)
    desk.personal.add("The part is late")
    row = desk.row(customer, promise)
    assert row["due_at"] == f"{new_date:%Y-%m-%dT%H:%M:%SZ}"
    assert row["history"][-1]["reason"] == "The part is late"
    desk.manager.post(f"/api/commitments/{promise}/keep")
