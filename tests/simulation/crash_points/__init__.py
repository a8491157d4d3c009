"""Every point at which a function can be killed: before or after each call to AWS, or as it returns.

A scenario leads up to one run of one function. It runs once undisturbed, which tells the calls of that run,
and then again for each point, with all that AWS does afterwards: retries, redelivery, the sweep. Each time
the invariants hold at every step, and the end is that of the undisturbed run.
"""
