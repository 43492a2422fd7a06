"""How long the main steps take, subject by size; `make bench` prints the table."""
