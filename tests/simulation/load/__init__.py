"""Many customers over months, without faults: what is counted in the end, and who is asked how often."""
