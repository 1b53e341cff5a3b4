"""What the portal costs beside floors built in the same run (`BUDGETS.md`). Prints JSON; nothing here is a test.

`python -m bench` (`make bench`) runs everything. `bare/` is the floor: a bare Django project with ordinary middleware, the same
database settings and the same way of asking. Absolute figures move with the machine; the ratios are what counts.
"""
