"""Commands for the operator of a stack, run with their own AWS credentials. Never deployed."""
