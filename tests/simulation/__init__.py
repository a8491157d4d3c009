"""Histories of the whole desk under faults, each made by a seed, each judged at every step.

world/            the event loop: a virtual clock, AWS that wakes functions, people with browsers
fake_aws/         the AWS that the desk's clients talk to, and the faults that strike it
actors/           what people and bots do: drawn beforehand, so that acts can be left out
oracles/          what must hold at every step and at the end
mutations/        bugs planted on purpose, each of which a history must show
crash_points/     one function cut short at every point of its run, and what becomes of its work
load/             a crowd of customers for months, and others for a year: every count exact
histories.py      one history, lived with faults and without, and compared
restoring.py      rows lost in a history, and brought back by the real `make restore`
two_records.py    one person in several records: asked, merged and erased as one
shrinking.py      a history that fails, made smaller
replacing.py      puts a fake or a bug in the place of something that the product defines
__main__.py       python -m tests.simulation --seeds 1000

Beside them are the tests, the other modules, and seeds.txt: histories that found something once. The handlers
and the layer are the real ones, and nothing in them knows that AWS is simulated. Only two slow things are
left out, which are tested elsewhere: MIME, and the HTML of mails.
"""
