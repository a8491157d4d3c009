"""Many customers over months, without faults: all counts are exact, and nobody is asked too often."""
