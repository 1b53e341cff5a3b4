"""Wires the portal together on top (settings, urls, health) and keeps, at the very bottom, tools that know nothing of us."""
