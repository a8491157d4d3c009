"""What customers, staff and mail scanners do with the messages they get."""

import re
from datetime import timedelta
from functools import partial
from random import Random

from tests.simulation.actors.acts import HOUR, MINUTE, SECOND
from tests.simulation.actors.news_readers import NewsReaders, is_news
from tests.simulation.actors.plan import Plan
from tests.simulation.fake_aws.messaging import Sent
from tests.simulation.world.http import nonce_on
from tests.simulation.world.world import World

SCANNERS = (
    None,
    None,
    "opens again and again",
    "sends at once",
    "sends without the page",
    "tries all scores",
    "storms through everything",
)


class MessageReaders:
    """Everybody who reads messages. `customer_ids` are by number, added when customers are created."""

    def __init__(self, world: World, plan: Plan, mood: float, customer_ids: dict[int, str]) -> None:
        self.world, self.plan, self._mood, self._customers = world, plan, mood, customer_ids
        self._scanner = Random(mood)
        self.scans = self._scanner.choice(SCANNERS)
        self._news = NewsReaders(world, mood)
        self._read = 0

    def read_messages(self) -> None:
        """Scanners follow the links of new messages; some customers answer an hour later, or unsubscribe."""
        for sent in self.world.aws.providers.sent[self._read :]:
            if is_news(sent):
                self._news.read(sent)
                continue
            mood = Random(f"{self._mood} {sent.to}")
            score, words = (
                mood.choice((None, "1", "5", "5", "1")),
                mood.choice(({}, {"comment": "Lovely people"})),
            )
            enough, texts = mood.random() < 0.15 or self.plan.leaves, mood.random() < 0.5
            for link in dict.fromkeys(re.findall(r"https://desk\.example\.com/[asu]/[^\s?]+", sent.text)):
                if self._scanner.random() < 0.1:
                    self.world.browser.open(link)
                if self._scanner.random() < 0.05:
                    self.world.browser.try_link_elsewhere(link)
                if self.scans == "storms through everything" and self._scanner.random() < 0.3:
                    self._storm(link)
                if "/u/" in link and enough:
                    left = partial(self._left, sent.to, link)
                    leave = partial(self.world.browser.submit, link, {}, patient=True, then=left)
                    self.world.at(self.world.now + 2 * HOUR, "no more surveys, please", leave)
                if "/a/" in link:
                    self._scan_staff(link)
                if "/s/" not in link:
                    continue
                self._scan(link)
                if score is None:
                    continue
                if sent.message_id is None and texts:
                    self._text_back(sent, "stop" if enough else score)
                    continue
                self._answer(HOUR, link, {"score": score, **words})
                if self._mood < 0.5:  # some answer again with another score
                    self._answer(3 * HOUR, link, {"score": "3"})
                    anew = partial(self.world.browser.send_old_page_again, link)
                    self.world.at(self.world.now + 30 * HOUR, "a page that stayed open is sent anew", anew)
        self._read = len(self.world.aws.providers.sent)

    def _left(self, address: str, link: str, page: str) -> None:
        """The customer with this address unsubscribed from surveys; some take it back."""
        for n, customer in enumerate(self.plan.customers):
            if address not in {customer["email"], customer["phone"]}:
                continue
            customer_id = self._customers[n]
            self.world.facts.permissions.left(customer_id, self.world.now)
            if Random(f"undo {self._mood} {address}").random() < 0.4:

                def back(_page: str, who: str = customer_id) -> None:
                    self.world.facts.permissions.came_back(who, self.world.now)

                said = {"do": "undo", "nonce": nonce_on(page) or ""}
                undo = partial(self.world.browser.submit, link, said, patient=True, then=back)
                self.world.at(self.world.now + MINUTE, "no, do", undo)

    def _answer(self, after: timedelta, link: str, fields: dict[str, str]) -> None:
        answer = partial(self.world.browser.answer_survey, link, fields)
        self.world.at(self.world.now + after, "the survey is opened, to be answered", answer)

    def _text_back(self, sent: Sent, words: str) -> None:
        text = partial(self.world.text, sent.to, words, sent.provider_id)
        self.world.at(self.world.now + HOUR, f"a text: {words}", text)
        if words == "stop" and self._mood < 0.5:
            start = partial(self.world.text, sent.to, "start", sent.provider_id)
            self.world.at(self.world.now + 26 * HOUR, "a text: start", start)

    def _scan(self, link: str) -> None:
        """Mail scanners follow the links of a mail as soon as it arrives."""
        post = self.world.browser.post
        match self.scans:
            case "opens again and again":
                for _ in range(3):
                    self.world.browser.open(link)
            case "sends at once":
                page = self.world.browser.open(link)
                post(link, {"score": "2", "nonce": (page and nonce_on(page)) or ""})
            case "sends without the page":
                post(link, {"score": "1"})
                later = partial(self._try, link, {"score": "4", "nonce": "no.such.nonce"})
                self.world.at(self.world.now + timedelta(seconds=35), "a program tries again", later)
            case "tries all scores":
                page = self.world.browser.open(link)
                burst = partial(self._try_all, link, page or "")
                self.world.at(self.world.now + timedelta(seconds=5), "a program tries all scores", burst)

    def _storm(self, link: str) -> None:
        """Mail scanners open each link repeatedly and send its form unchanged."""
        for after in (0, 35):
            again = partial(self._look_and_send, link)
            self.world.at(self.world.now + after * SECOND, "a storm of programs", again)

    def _look_and_send(self, link: str) -> None:
        for method in ("HEAD", "GET", "HEAD"):
            self.world.browser.open(link, method)
        if "/s/" in link:
            self.world.browser.post(link, {"score": "2"})
        elif "/a/" in link:
            self.world.browser.submit_as_bot(link, {})

    def _scan_staff(self, link: str) -> None:
        """Mail scanners that send forms also send those of links for staff."""
        if self.scans not in {"sends at once", "sends without the page"}:
            return
        # If clocks differ by seconds, a new page may look as if it had been open for long enough.
        clocks_agree = not self.world.faults.rates.get("clock skewed")
        page = self.world.browser.open(link) if self.scans == "sends at once" and clocks_agree else None
        for do in ("done", "kept", "answered", "approve"):
            self.world.browser.submit_as_bot(link, {"do": do, "nonce": (page and nonce_on(page)) or ""})

    def _try(self, link: str, fields: dict[str, str]) -> None:
        self.world.browser.post(link, fields)

    def _try_all(self, link: str, page: str) -> None:
        """Send all scores of the page at one moment."""
        for score in re.findall(r'value="(\d+)"', page):
            self.world.browser.post(link, {"score": score, "nonce": nonce_on(page) or ""})
