"""The simulated world: an event loop with a virtual clock, and on it AWS, which wakes the desk's functions.

world.py              puts the parts together
event_loop.py         the virtual clock and the queue of actions
trace.py              what happened, as lines
facts.py              what is true of a history whatever the desk knows
installation.py       puts the fakes in the place of AWS, the clock and chance
lambda_runtime.py     runs functions, which may be killed, time out, or have a wrong clock
run_checks.py         what must hold of every run of a function
targets.py            the functions, and what names them
stream_delivery.py    the table's stream, brought to its two functions
schedule_delivery.py  one-time schedules that fire
invocations.py        asynchronous invocations and their retries
event_delivery.py     what SES and SNS tell, texts of customers, the retry queue
inbound_tracking.py   which of these events were handled, and which still wait
sweeper.py            the sweep every two minutes
dead_letters.py       what could not be delivered, and somebody who plays it again
api_client.py         calls to the API
browser.py            what people and bots do with the links in messages
http.py               HTTP requests as API Gateway hands them to a function
"""
