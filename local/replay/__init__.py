"""Replay a CSV of real requests through the HTTP API, with a moving clock, and check the outcome.

Each row becomes an interaction. If something was promised it becomes a commitment, kept when the row says so.
A mapping, a small TOML file, says what each column contains:

    time_zone = "America/New_York"        # of the times in the file, and of the business
    country = "US"                        # for public holidays; optional
    time_format = "%Y-%m-%d %H:%M:%S"     # as in Python's strptime; with %z, time_zone is only the business's

    [columns]
    id = "case_enquiry_id"
    opened = "open_dt"
    promised = "target_dt"                # may be empty: nothing was promised
    kept = "closed_dt"                    # may be empty: not kept by the end of the file
    summary = ["case_title", "reason"]

    [channel]                             # optional; the default is phone for all
    column = "source"
    default = "web"                       # for values that are not listed
    values = { "Constituent Call" = "phone", "Twitter" = "social" }

    [overdue]                             # optional: whether it was late by the file
    column = "ontime"
    values = ["OVERDUE"]
"""
