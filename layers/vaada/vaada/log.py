"""The logger: JSON lines with ids and outcomes, never a name, an address or a customer's words."""

from aws_lambda_powertools import Logger

logger = Logger(service="vaada", use_rfc3339=True)
