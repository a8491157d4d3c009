"""The AWS that the desk's clients talk to, as far as the desk uses it: one process, no network."""
