"""Rules about messages: their lifecycle, media, limits and suppression."""
