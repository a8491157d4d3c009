"""Mark sentences for translation that are defined here and translated when they are shown."""


def _(message: str) -> str:
    """Mark a string for translation."""
    return message


def ngettext(one: str, several: str) -> tuple[str, str]:
    """Mark a string with its plural for translation."""
    return one, several
