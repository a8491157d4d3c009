"""Rules about time: opening hours, deadlines, and when people can be reached."""
