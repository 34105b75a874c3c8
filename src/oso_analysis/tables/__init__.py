"""Counts: pure functions from tidy frames to tables whose totals close."""
