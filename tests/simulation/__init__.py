"""Histories of the whole desk under faults, each made by a seed, each judged at every step.

    aws.py         the AWS that the desk's clients talk to: table and stream, Scheduler, Lambda, SES, SNS
    faults.py      what goes wrong: killed, throttled, lost, doubled, late
    world.py       the event loop: a virtual clock, people who do things, functions that are woken
    invariants.py  what must hold at every step, and at the end
    __main__.py    python -m tests.simulation --seeds 1000

The handlers and the layer are the real ones. Nothing in them knows that AWS is simulated.
"""
