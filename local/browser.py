"""Chromium, driven by Selenium: for the tests in a real browser, and for the pictures in the documents."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from selenium.webdriver import Chrome, ChromeOptions, ChromeService

HOW_TO_INSTALL = "This needs a browser. On Debian and Ubuntu: sudo apt install chromium chromium-driver"
_SMALLEST_DESK = 600  # pixels; what is narrower is a phone


@contextmanager
def browser(width: int, height: int, *, scripts: bool = True) -> Iterator[Chrome]:
    """Open a browser whose screen has this size in pixels, and close it at the end."""
    chromium, driver = shutil.which("chromium") or shutil.which("google-chrome"), shutil.which("chromedriver")
    if chromium is None or driver is None:
        raise AssertionError(HOW_TO_INSTALL)
    options = ChromeOptions()
    options.binary_location = chromium
    with tempfile.TemporaryDirectory(prefix="vaada-browser-", ignore_cleanup_errors=True) as profile:
        # The sandbox does not work for root, nor in every CI, and only our own pages are opened.
        for argument in ("headless=new", "no-sandbox", "disable-dev-shm-usage", f"user-data-dir={profile}"):
            options.add_argument(f"--{argument}")
        options.add_argument("--hide-scrollbars")
        chrome = Chrome(options=options, service=ChromeService(driver))
        try:
            set_screen(chrome, width, height)
            chrome.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": not scripts})
            chrome.set_page_load_timeout(30)
            yield chrome
        finally:
            chrome.quit()


def set_screen(chrome: Chrome, width: int, height: int) -> None:
    """Give the screen this size in pixels."""
    is_phone = width < _SMALLEST_DESK
    screen = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": is_phone}
    chrome.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
