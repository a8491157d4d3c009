"""The public pages: for each kind of link, what a GET shows and what a POST does. Only POST writes."""
