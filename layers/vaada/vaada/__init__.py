"""Vaada, the follow-up desk. Imports go one way: functions; api, public, console; flows; rules; model."""
