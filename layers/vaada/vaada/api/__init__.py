"""The HTTP API: its routes, who may do what, and errors that name the field."""
