"""Counting: one tally, from which every public number comes. May import review, submission and below."""
