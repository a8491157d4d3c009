"""What is done, step by step: each flow reads rows, asks a rule, and writes or sends through the gateways."""
