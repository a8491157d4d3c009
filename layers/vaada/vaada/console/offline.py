"""What a browser needs to open the console without a network: a manifest, a service worker, and a page.

All three are for anybody: a browser asks for them without the cookie, or before one is signed in.
"""

import json
from http import HTTPStatus

from vaada.console import sign_in
from vaada.console.http import Answer, Request
from vaada.desk import Desk
from vaada.present.console.shell import assets, worker

WORKER, MANIFEST, AWAY = "/desk/sw.js", "/desk/manifest.webmanifest", "/desk/away"


def answer(desk: Desk, request: Request) -> Answer | None:
    """Return what a browser requests to install the console. None: it requests something else."""
    match request.path:
        case path if path == WORKER:
            headers = {"content-type": "text/javascript; charset=utf-8"}
            return Answer(HTTPStatus.OK, worker(AWAY), headers)
        case path if path == MANIFEST:
            return Answer(HTTPStatus.OK, _manifest(desk), {"content-type": "application/manifest+json"})
        case path if path == AWAY:
            return sign_in.plain(desk, request, HTTPStatus.OK, "away")
    return None


def _manifest(desk: Desk) -> str:
    business = desk.policy.business
    return json.dumps(
        {
            "id": "/desk/",
            "name": business.name,
            "lang": business.language,
            "start_url": "/desk/",
            "scope": "/desk/",
            "display": "standalone",
            "background_color": "#f0f4f2",
            "theme_color": "#0b6b5d",
            "icons": [
                {"src": assets()[f"icon-{size}.png"].path, "sizes": f"{size}x{size}", "type": "image/png"}
                for size in (192, 512)
            ],
        },
        ensure_ascii=False,
    )
