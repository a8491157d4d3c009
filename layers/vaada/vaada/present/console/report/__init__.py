"""The report of a period: a page, one module for each of its sections, and the rows behind its numbers."""
