"""Vaada, the follow-up desk. Imports go one way: functions, then api and public, flows, rules, model."""
