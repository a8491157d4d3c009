"""Histories of the whole desk under faults, each made by a seed, each judged at every step.

    people.py      what people do: a play that is drawn beforehand, so that acts can be left out
    scenes.py      situations that hardly come about by chance, as parts of such plays
    acts.py        one thing that somebody does, and the minute of the hour that it has
    faults.py      what goes wrong: once (killed, throttled, lost, doubled, late, lagging, not quite dead,
                   unreadable), or for a while (bursts of errors, no Scheduler, no quota, a stream stuck)
    aws.py         the AWS that the desk's clients talk to: table and stream, Scheduler, Lambda, SES, SNS
    streams.py     how Lambda reads the stream: shards, batches, retries, and what it gives up
    world.py       the event loop: a virtual clock, people who do things, functions that are woken
    invariants.py  what must hold at every step, and at the end
    expectations.py  what must follow from what happened, and who must be told of it
    known.py       who wants no more messages, as the world and its people know it
    reckoning.py   opening time, reckoned apart from the product
    restoring.py   rows lost in a history, and brought back by the real `make restore`
    histories.py   one history lived with faults and without, and compared
    shrinking.py   a history that fails, made smaller
    mutations.py   bugs planted on purpose, each of which must be caught
    two_records.py one person in several records: asked, merged and erased as one
    seeds.txt      histories that found something once
    __main__.py    python -m tests.simulation --seeds 1000

The handlers and the layer are the real ones. Nothing in them knows that AWS is simulated. Only three slow
things are left out, which other tests look at: MIME, the HTML of mails, and boto3's way with types.
"""
