"""The invented district: people, a plausible year, and the story played through the running server."""
