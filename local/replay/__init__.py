"""Replay a CSV of real requests through the HTTP API, with the clock travelling, and judge the outcome.

Each row becomes a contact. What was promised in it becomes a commitment, kept when the row says it was.
A mapping, a small TOML file, says which column holds what:

    time_zone = "America/New_York"        # of the times in the file, and of the business
    country = "US"                        # whose public holidays count; optional
    time_format = "%Y-%m-%d %H:%M:%S"     # as in Python's strptime; the zone is not needed if %z is in it

    [columns]
    id = "case_enquiry_id"
    opened = "open_dt"
    promised = "target_dt"                # the column may be empty: nothing was promised
    kept = "closed_dt"                    # may be empty: not kept by the end of the file
    summary = ["case_title", "reason"]

    [channel]                             # optional; without it all contacts came by phone
    column = "source"
    default = "web"                       # for what is not listed
    values = { "Constituent Call" = "phone", "Twitter" = "social" }

    [overdue]                             # optional: the file's own verdict on "was this late?"
    column = "ontime"
    values = ["OVERDUE"]
"""
