"""Advance due rows, by their schedule or by the sweep, and keep the schedules up to date."""
