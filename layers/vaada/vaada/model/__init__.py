"""What is remembered: the rows, the policy and the ids. Knows no AWS and makes no decisions."""
