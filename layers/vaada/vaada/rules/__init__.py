"""What should happen, and why: pure functions of rows, policy and `now`. Knows no AWS."""
