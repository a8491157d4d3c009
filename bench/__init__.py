"""Measure again what the documents say about speed and cost: `make bench`. Not a test."""
