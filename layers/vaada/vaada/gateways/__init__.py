"""The outside world: the table, schedules, mail, texts, queues, signed links. Only gateways know AWS."""
