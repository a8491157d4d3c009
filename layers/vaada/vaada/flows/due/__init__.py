"""Advance due rows: by their schedule, or by the sweep."""
