"""The search for plans behind one port; the only place that knows solver libraries."""
