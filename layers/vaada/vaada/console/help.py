"""Help: the pages of the guide, in the reader's language, and their pictures."""

from http import HTTPStatus

from vaada.console.http import Answer
from vaada.console.visits import Visit
from vaada.present.console import guide

HERE = "/desk/help"
_A_DAY = "private, max-age=86400"


def show(visit: Visit) -> Answer:
    """List the pages."""
    return visit.page("help", HERE, pages=_pages(visit))


def page(visit: Visit, name: str) -> Answer:
    """Show a page, with the way to the others."""
    if name not in guide.PAGES:
        return _missing(visit)
    shown = guide.guide_page(name, visit.language)
    return visit.page("help_page", HERE, guide=shown, pages=_pages(visit))


def picture(visit: Visit, name: str) -> Answer:
    """Give a picture of a page."""
    found = guide.picture(name)
    if found is None:
        return _missing(visit)
    return Answer(HTTPStatus.OK, found, {"content-type": "image/webp", "cache-control": _A_DAY})


def _missing(visit: Visit) -> Answer:
    return visit.page("problem", HERE, status=HTTPStatus.NOT_FOUND, because="not_found", back=HERE)


def _pages(visit: Visit) -> list[guide.GuidePage]:
    return [guide.guide_page(name, visit.language) for name in guide.PAGES]
