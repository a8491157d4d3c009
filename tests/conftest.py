"""What all tests share."""

from hypothesis import settings

# The duration of an example depends on how busy the machine is.
settings.register_profile("vaada", deadline=None)
settings.load_profile("vaada")
