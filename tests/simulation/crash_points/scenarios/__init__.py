"""Scenarios by subject: what happens before the run of a function that is killed."""
