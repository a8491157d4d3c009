"""What all tests share."""

from hypothesis import settings

# How long an example takes says how busy the machine is: several test runs share it.
settings.register_profile("vaada", deadline=None)
settings.load_profile("vaada")
