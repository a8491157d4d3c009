"""Sentences of the console about what was done, and about changes in histories."""

from gettext import NullTranslations

from vaada.model.work import Change
from vaada.present.translation_marks import _

_DONE = {
    "thanked": _("Thanks are on their way."),
    "kept": _("Noted: the promise is kept."),
    "running_late": _("The new date is noted, and the customer hears of it."),
    "new_date": _("The new date is noted."),
    "withdraw": _("The promise is withdrawn."),
    "unreachable": _("Noted: not reached. You will be reminded to try again."),
    "answered": _("Noted: they have their answer."),
    "waiting": _("The clock stands still until the customer is in touch again."),
    "approve": _("Approved."),
    "decline": _("Declined."),
    "done": _("Done. There will be no more reminders of this."),
    "tomorrow": _("You will be reminded tomorrow morning."),
    "next_week": _("You will be reminded next week."),
    "old_date": _("Back to the old date."),
    "pick_date": _("You will be reminded then."),
    "give_up": _("Cancelled. There will be no more reminders of this."),
    "contact": _("Recorded. The desk remembers the rest."),
    "written": _("It is on its way, and on the timeline."),
    "saved": _("Saved."),
    "mail_accepted": _("It is on the customer's timeline in a moment."),
    "mail_dismissed": _("It is not shown any more."),
    "merged": _("Merged: there is one record now."),
    "lifted": _("The address may be written to again."),
    "answer_counts": _("The answer counts, with what follows from it."),
    "answer_discarded": _("Discarded: it was no person's answer."),
    "retried": _("It is tried again within a minute."),
    "step": _("The step is done."),
    "resolved": _("The matter is resolved."),
    "reopened": _("The matter is open again."),
    "assigned": _("The matter has a new owner."),
    "case_waits": _("The matter waits for the customer; the clock stands still."),
    "case_goes_on": _("The matter goes on; the clock runs again."),
    "case_merged": _("The matters are one now."),
    "given": _("Given."),
    "asked": _("Asked: a supervisor decides."),
    "erased": _("The customer is being erased; in a few minutes nothing is left."),
    "undone": _("Taken back."),
    "invited": _("Added, and invited by mail."),
    "invite": _("The invitation is on its way."),
    "let-in": _("They can sign in again."),
    "keep-out": _("They cannot sign in any more; within five minutes they are out."),
    "return": _("They are back. What moved stays with those who have it."),
    "lift": _("The address may be written to again."),
    "left": _("They have left; their work moves to the colleague you chose."),
    "absent": _("The absence is entered."),
    "back": _("They are back."),
    "own_absence": _("Your absence is entered. Whoever stands in gets your messages."),
    "own_return": _("You are back, and get your messages again."),
    "assign": _("It is theirs from now on, and they are told."),
}
UNDOABLE = frozenset({"kept", "done", "answered", "waiting", "tomorrow", "next_week", "pick_date"})
"""The actions on work that can be undone with one tap."""

_CHANGES = {
    "kept": _("marked as kept"),
    "renegotiated": _("a new date"),
    "withdrawn": _("withdrawn"),
    "broken": _("given up as not kept"),
    "customer not reached": _("not reached"),
    "done": _("done"),
    "cancelled": _("cancelled"),
    "snoozed": _("put off"),
    "woken by the customer": _("the customer was in touch again"),
    "approved": _("approved"),
    "declined": _("declined"),
    "assigned": _("given to somebody else"),
    "resolved": _("resolved"),
    "reopened": _("opened again"),
    "merged": _("merged into another matter"),
    "another case was merged into this one": _("another matter was merged into this one"),
    "waiting for the customer": _("waits for the customer"),
    "taken up again": _("goes on"),
    "handed over": _("handed over"),
    "added": _("added"),
    "moved on": _("moved on by a contact"),
    "not kept after all": _("not kept after all"),
    "not done after all": _("not done after all"),
    "not put off after all": _("not put off after all"),
    "the merge was undone": _("the merge was undone"),
}


def done_words(action: str, catalogue: NullTranslations) -> str:
    """Return what an action did. An action without a sentence of its own gets a general one."""
    return catalogue.gettext(_DONE.get(action, _DONE["saved"]))


def change_words(change: Change, catalogue: NullTranslations) -> str:
    """Return the sentence for a change in a row's history."""
    known = _CHANGES.get(change.what)
    return catalogue.gettext(known) if known else change.what
