"""A small screen: Chromium, 320 pixels wide, with JavaScript switched off."""

from collections.abc import Iterator
from contextlib import contextmanager

from selenium.webdriver import Chrome

from local.browser import browser

WIDTH, HEIGHT = 320, 640


@contextmanager
def small_screen(*, scripts: bool = False) -> Iterator[Chrome]:
    """Open the browser, and close it at the end."""
    with browser(WIDTH, HEIGHT, scripts=scripts) as chrome:
        yield chrome
