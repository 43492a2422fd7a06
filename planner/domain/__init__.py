"""What a plan is made of and what makes it right: pure values and rules."""
