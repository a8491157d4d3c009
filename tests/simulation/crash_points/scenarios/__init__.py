"""What leads up to the run of a function that is cut short, by subject."""
