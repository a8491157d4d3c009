"""What is done, step by step: a flow reads rows, asks a rule, and writes or sends through the gateways."""
