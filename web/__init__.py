"""The pages of qafila: parse what was asked, call a service of the planner, render the answer."""
