"""Commands for whoever runs the desk, with the credentials of their own environment. Never deployed."""
