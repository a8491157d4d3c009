"""Incoming mail: what its MIME says, which of its words are quoted, and what a program has sent."""
