"""The public pages: what a GET shows and a POST does, for each kind of signed link."""
