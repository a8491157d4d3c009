"""Pages of lists."""

from typing import Generic, TypeVar

from pydantic import BaseModel

from vaada.gateways.row_pages import Page

T = TypeVar("T")


class Listing(BaseModel, Generic[T]):
    """A page of a list. Without `next_cursor` it is the last one."""

    items: tuple[T, ...]
    next_cursor: str | None = None


def listing(kind: type[T], page: Page) -> Listing[T]:
    """Return a page of rows as the API shows it."""
    return Listing[kind](  # type: ignore[valid-type]  # the class is known at run time
        items=tuple(row for row in page.rows if isinstance(row, kind)), next_cursor=page.next_cursor
    )
