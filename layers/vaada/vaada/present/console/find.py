"""What the search dialog offers besides customers: pages and actions, by their names."""

from dataclasses import dataclass

from vaada.present.console.shell import PLACES, Shell


@dataclass(frozen=True)
class Action:
    """A page or an action that can be found by its name."""

    path: str
    icon: str
    name: str


def actions_for(q: str, shell: Shell) -> tuple[Action, ...]:
    """Return the pages and actions whose name, in the reader's language, contains the typed words."""
    gettext = shell.words.catalogue.gettext
    places = [place for place in PLACES if shell.is_manager or not place.for_managers]
    actions = [
        Action("/desk/contacts/new", "plus", gettext("Record a contact")),
        *(Action(place.path, place.icon, gettext(place.name)) for place in places),
        Action("/desk/me", "person", gettext("My page")),
        Action("/desk/sign-ins", "person", gettext("Where I am signed in")),
        Action("/desk/keys", "rules", gettext("Keys")),
        Action("/desk/help", "rules", gettext("Help")),
    ]
    typed = q.casefold()
    return tuple(action for action in actions if typed in action.name.casefold())
