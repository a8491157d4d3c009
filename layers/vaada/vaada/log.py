"""The log: JSON lines that carry ids and outcomes, never a name, an address or what was said."""

from aws_lambda_powertools import Logger

logger = Logger(service="vaada")
