"""The HTTP API: routes, who may do what, and errors that name the field."""
