"""Planted bugs, each a mistake that somebody could make. A history must fail with each of them.

    planting.py         a bug, and the seed that shows it
    catalogue.py        all of them
    find_seeds.py       looks for a seed that shows a bug: `python -m tests.simulation.mutations.find_seeds`

All other modules hold the bugs of one part of the product, and are named for it.
"""
