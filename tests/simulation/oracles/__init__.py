"""What must hold at every step of a history and at its end."""
