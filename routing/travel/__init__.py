"""The way between two places: search, departure intervals and the independent recheck."""
