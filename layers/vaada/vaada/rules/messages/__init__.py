"""Decisions about messages: their lifecycle, medium, limits, suppression and opt-out keywords."""
