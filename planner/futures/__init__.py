"""What may become of a plan: its convoys driven through thousands of futures that share their causes."""
