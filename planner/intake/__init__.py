"""Files that come in: seed crises, tables and scenarios, checked row by row."""
