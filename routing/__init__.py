"""Roads and access: which road may be used when, and how we know."""
