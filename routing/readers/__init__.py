"""Files that others made, read into our terms: bad rows are set apart with the reason, never guessed."""
