"""Vaada, the follow-up desk. Imports go one way: functions, then flows, then rules, then model."""
