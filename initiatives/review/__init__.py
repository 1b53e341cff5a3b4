"""Staff review what was received: the inbox, one initiative on a desk, decisions one by one and many at once.

May import submission, lifecycle, campaigns, models and what is below. The admin itself is assembled in `initiatives/admin.py`.
"""
