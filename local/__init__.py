"""Vaada on one machine: a local cloud, its outbox, demo data and replays. Never deployed."""
