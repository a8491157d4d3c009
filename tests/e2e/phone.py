"""A phone: Chromium, 320 pixels wide, with JavaScript switched off."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from selenium.webdriver import Chrome, ChromeOptions, ChromeService

WIDTH, HEIGHT = 320, 640
HOW_TO_INSTALL = (
    "The pages are tested in a browser. On Debian and Ubuntu: sudo apt install chromium chromium-driver"
)


@contextmanager
def phone(*, scripts: bool = False) -> Iterator[Chrome]:
    """Open the browser, and close it at the end."""
    browser, driver = shutil.which("chromium") or shutil.which("google-chrome"), shutil.which("chromedriver")
    if browser is None or driver is None:
        raise AssertionError(HOW_TO_INSTALL)
    options = ChromeOptions()
    options.binary_location = browser
    with tempfile.TemporaryDirectory(prefix="vaada-phone-", ignore_cleanup_errors=True) as profile:
        # Its sandbox does not work for root, nor in every CI, and it sees no pages but ours.
        for argument in ("headless=new", "no-sandbox", "disable-dev-shm-usage", f"user-data-dir={profile}"):
            options.add_argument(f"--{argument}")
        chrome = Chrome(options=options, service=ChromeService(driver))
        try:
            screen = {"width": WIDTH, "height": HEIGHT, "deviceScaleFactor": 1, "mobile": True}
            chrome.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
            chrome.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": not scripts})
            chrome.set_page_load_timeout(30)
            yield chrome
        finally:
            chrome.quit()
