"""Gateways to AWS: the table, schedules, e-mail, SMS, queues and keys. Only this package uses boto3."""
