"""Convoy plans measured on generated worlds against planners that know less."""
