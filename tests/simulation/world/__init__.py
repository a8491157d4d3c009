"""The simulated world: an event loop with a virtual clock, in which AWS invokes the functions.

world.py              puts the parts together
event_loop.py         the virtual clock and the queue of actions
trace.py              what happened, as lines
facts.py              what is true of a history, known without the product
installation.py       replaces AWS, the clock and random numbers by fakes
lambda_runtime.py     runs functions, which may be killed, time out, or have a wrong clock
run_checks.py         what must hold of every run of a function
targets.py            the functions and their ARNs
stream_delivery.py    delivers the table's stream to its two functions
schedule_delivery.py  invokes functions at the times of schedules
invocations.py        asynchronous invocations and their retries
event_delivery.py     events of SES and SNS, texts of customers, the retry queue
inbound_tracking.py   which of these events were processed, and which still wait
sweeper.py            the sweep every two minutes
dead_letters.py       dead letters, and the operator who redrives them
api_client.py         calls to the API
browser.py            what people and bots do with the links in messages
http.py               HTTP requests as API Gateway hands them to a function
"""
