"""Vaada on one machine: the local cloud, its outbox, a small business to try. Never deployed."""
