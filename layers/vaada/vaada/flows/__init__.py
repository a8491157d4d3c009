"""What the desk does: a flow reads rows, asks a rule, and writes or sends through the gateways."""
