"""Change the product in small ways, one at a time, and see whether a test notices: `make mutants`."""
