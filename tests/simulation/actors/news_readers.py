"""What people and programs do with the mails of campaigns: answer invitations, and end them."""

import base64
import re
from datetime import timedelta
from functools import partial
from random import Random
from urllib.parse import urlsplit

from tests.simulation.actors.acts import HOUR, MINUTE
from tests.simulation.fake_aws.messaging import Sent
from tests.simulation.world.http import nonce_on
from tests.simulation.world.world import World
from vaada.model.ids import customer_of, from_bytes

_LINK = re.compile(r"https://desk\.example\.com/[eu]/[^\s?]+")


def is_news(sent: Sent) -> bool:
    """Whether it is a mail of a campaign."""
    return "No more tips and invitations" in sent.text


class NewsReaders:
    """Those who read the mails of campaigns."""

    def __init__(self, world: World, mood: float) -> None:
        self._world, self._mood = world, mood

    def read(self, sent: Sent) -> None:
        """Programs open and send what is in the mail; people answer an hour later, or want no more of it."""
        mood = Random(f"news {self._mood} {sent.to}")
        said, changes_mind = mood.choice((None, "yes", "yes", "no")), mood.random() < 0.4
        leaves, comes_back = mood.random() < 0.15, mood.random() < 0.5
        for link in dict.fromkeys(_LINK.findall(sent.text)):
            self._world.browser.open(link)
            if "/e/" in link:
                self._world.browser.post(link, {"answer": "yes"})  # by a program, without the page
                if said is not None:
                    self._answer(HOUR, link, said)
                if said is not None and changes_mind:
                    other = "no" if said == "yes" else "yes"
                    self._answer(mood.choice((5, 11, 26)) * HOUR, link, other)
            elif leaves:
                left = partial(self._left, link, comes_back)
                leave = partial(self._world.browser.submit, link, {}, patient=True, then=left)
                self._world.at(self._world.now + 2 * HOUR, "no more tips, please", leave)

    def _answer(self, after: timedelta, link: str, said: str) -> None:
        def answer() -> None:
            self._world.facts.event_answers.setdefault(_row_of(link), []).append(said)
            self._world.browser.press_button(link, {"answer": said})

        self._world.at(self._world.now + after, f"an invitation: {said}", answer)

    def _left(self, link: str, comes_back: bool, page: str) -> None:
        customer_id = customer_of(_row_of(link))
        self._world.facts.permissions.left_news(customer_id, self._world.now)
        if comes_back:

            def back(_page: str) -> None:
                self._world.facts.permissions.news.pop(customer_id, None)

            said = {"do": "undo", "nonce": nonce_on(page) or ""}
            undo = partial(self._world.browser.submit, link, said, patient=True, then=back)
            self._world.at(self._world.now + MINUTE, "no, do", undo)


def _row_of(link: str) -> str:
    """The id of the row that a link is about."""
    packed = urlsplit(link).path.split("/")[2].partition(".")[0]
    return from_bytes(base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4)))
