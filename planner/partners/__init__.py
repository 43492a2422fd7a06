"""What leaves the house: reports and their redaction."""
