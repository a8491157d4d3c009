"""The public pages: for each kind of signed link, what a GET shows and what a POST does."""
