"""Rules about time: the business clock, deadlines, and who is there when."""
