"""Reads several rooms, writes none: home, the why-page, HR registers."""
