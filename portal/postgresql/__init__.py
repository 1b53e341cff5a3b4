"""PostgreSQL as Django speaks to it (`base.py`): the name of this package is the ENGINE of a database."""
