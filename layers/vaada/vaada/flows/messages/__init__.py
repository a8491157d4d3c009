"""Send messages: choose recipients and medium, write the text, keep to limits, send, record the outcome."""
