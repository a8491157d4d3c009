"""The console: the pages that agents and managers sign in to, below /desk/."""
