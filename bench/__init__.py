"""What the documents claim about speed and cost, measured again: `make bench`. Not a test."""
