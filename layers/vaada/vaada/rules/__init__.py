"""Decisions: pure functions of rows, the policy and `now`. No AWS, no clock."""
