"""Vaada, the follow-up desk. Imports run one way: functions, flows, rules, model."""
