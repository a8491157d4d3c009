"""The outside world: the table, schedules, mail, texts and signed links. The only room that knows AWS."""
