"""The words of a case: the steps of a complaint, and what may be wrong with its forms."""

from vaada.model.policy import StepName
from vaada.present.translation_marks import _

STEPS: dict[StepName, tuple[str, str]] = {
    "apologised": (_("Apologise"), _("Before anything else, and without a but.")),
    "gone_through": (_("Go through it with them"), _("Let them tell it once, to the end.")),
    "written_down": (_("Write it down"), _("What happened, in their words.")),
    "solved": (_("Solve it"), _("What they need, by when.")),
    "confirmed": (_("Ask whether it is solved"), _("They say so, not we.")),
    "cause_recorded": (_("Find the cause"), _("What led to it, and what keeps it from returning.")),
}
"""The six steps: what to do, and how."""

PROBLEMS: dict[str, str] = {
    "changed": _(
        "Somebody changed this while you were writing. It stands as below now; what you entered is kept."
    ),
    "steps": _("It cannot be closed yet. These steps are missing:"),
    "step": _("Choose a step."),
    "cause": _("Write both: what led to it, and what keeps it from returning."),
    "reason": _("Say why, in a few words."),
    "agent": _("Choose who has it from now on."),
    "into": _("Choose the other matter."),
    "amount": _("Write an amount, such as 25.00."),
}
"""What is wrong with a form, and what to do."""
