"""Convoys: who gets what, from where, when, in which convoy, and why not."""
