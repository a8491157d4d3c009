"""Send messages: to whom, in what words, when, by what medium, and what came of it."""
