"""Playing a deadline evening: phones and crowds of them that know the portal from outside, and the rehearsal of the last hour on
a copy of the database.

`reading`, `browser`, `words`, `papers`, `phones` and `crowd` know nothing of Django or of the database: the standard library, and
the names that are fixed for the outside world (`DESIGN.md` §4).
"""
