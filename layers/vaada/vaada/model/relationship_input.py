"""Inputs about relationships."""

from vaada.model.relationships import Figure, NoteKind
from vaada.model.text import Input, Line, Prose
from vaada.model.times import GivenTime


class NewNote(Input):
    """The input for a note of a manager about the relationship. `happened_at` is now if left out."""

    kind: NoteKind
    words: Line
    figure: Figure | None = None
    happened_at: GivenTime | None = None


class NewLetter(Input):
    """The input for a parting letter: its five steps, in the customer's language."""

    subject: Line
    thanks: Prose
    facts: Prose
    goodwill: Prose
    apology: Prose
    alternatives: Prose
