"""Rounds measured on public instances against other engines."""
