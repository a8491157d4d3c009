"""Data: the rows, the policy and the ids. No AWS, no decisions."""
