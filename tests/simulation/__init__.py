"""Histories of the whole desk under faults, each made by a seed and checked at every step.

world/            the event loop: a virtual clock, AWS that invokes functions, browsers
fake_aws/         the AWS that the desk's clients talk to, and the faults that occur in it
actors/           what people and bots do: drawn beforehand, so that acts can be left out
oracles/          what must hold, one module for each kind of row
mutations/        bugs planted on purpose, each of which a history must show
crash_points/     a function killed at every point of its run, and whether its work is finished
load/             many customers for months, and others for a year: every count exact
histories.py      one history, run with faults and without, and compared
restoring.py      rows lost in a history, and restored by the real `make restore`
two_records.py    one person with several customer records: surveyed, merged and erased as one
shrinking.py      makes a history that fails smaller
replacing.py      replaces something that the product defines by a fake or a bug
__main__.py       python -m tests.simulation --seeds 1000

Beside them are the tests, the other modules, and seeds.txt: histories that failed once. The handlers
and the layer are the real ones, and nothing in them knows that AWS is simulated. Only two slow things are
left out, which are tested elsewhere: MIME, and the HTML of mails.
"""
