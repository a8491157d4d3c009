"""What must hold at every step of a history and at its end, one module for each kind of row.

Each module checks which changes of its rows are allowed, and what must come of a contact, an answer or a time
that has come. It computes that from the policy, apart from the product.

runner.py             calls all checks at every write, step and send, and at the end
observed.py           the rows as the oracles know them from the stream
rows.py               rows of every kind: versions, states, and due rows that are not late

interactions.py       contacts, and all that follows from what was said
cases.py              the evidence of a case, merging, resolving
commitments.py        promises: warned of, flagged, escalated, kept
follow_ups.py         when they are due, and when their agents are reminded
replies.py            the clock of the answer that a customer waits for
surveys.py            who is asked when, and what comes of an answer
goodwill.py           allowance and approval
customers.py          check-ins
campaigns.py          who gets tips and invitations, and who is reminded of an event
recommendations.py    asked for once, after a happy answer, while nothing is owed
erasures.py           nothing new to an erased customer, and nothing left of them
departures.py         nothing to an agent who left, and nothing left with them
suppressions.py       addresses that were stopped
messages.py           messages as rows: once for each cause, and only if still true
customer_messages.py  quiet hours, frequency cap, preferred medium
notices.py            which notices staff get of a change
sends.py              what SES and SNS were given
schedules.py          one schedule for each punctual row
queues.py             no personal data in queues and dead letters
refusals.py           what the API refuses cannot be done
search_terms.py       customers are found by what stands in their rows
stored_words.py       what the desk writes into rows can be translated

comparison.py         whether two histories of the same people ended alike
recipients.py         who can be reached, computed apart from the product
business_time.py      opening time and working time, computed apart from the product
tolerances.py         how exact times must be
"""
