"""Selecting: rounds, quotas, nominations that climb, dossiers that are sealed, and what was commended (M24-M28).

May import review, submission, lifecycle, campaigns, models and below; knows nothing of progress and reports.
"""
