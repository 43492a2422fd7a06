"""Rows in the database and their way to and from domain values."""
