"""Futures of a plan."""
