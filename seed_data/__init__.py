"""The crises shipped with the planner: tables of facts that a crisis is loaded from."""
