"""What the pages of the console say and look like. Pure functions of what is to be shown."""
