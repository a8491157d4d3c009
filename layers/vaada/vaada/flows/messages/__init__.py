"""Send messages: choose recipients and media, write the text, respect limits, send, record the outcome."""
