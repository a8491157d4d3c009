"""A fake of AWS, as far as the product uses it: one process, no network."""
