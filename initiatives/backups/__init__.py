"""Backups: a folder of whole sets, each of one moment, and the way back from any of them.

    DIR/sets/0007-20260301-183000/manifest.json     what the set holds; a set is whole when its folder bears this name
                                  rows.sqlite3.gz    SQLite: the database; or, of PostgreSQL,
                                  rows.<table>.gz    a table as COPY writes it
                                  files.txt.gz       names of the documents that rows of this set name, in order
                                  keys.env.gz        only sealed: keys that the portal made itself
    DIR/files/ab/cd/<sha256>.<ending>                documents of all sets, each once, named by what it holds

With `BACKUP_KEY` every part and document is sealed and its name ends in the name of that key. The database is read first, the
documents after it: they never change, and what rows of an earlier moment name is still there.

    parts.py      one file of a set: packed, sealed, with its SHA-256
    sets.py       the folder, the manifest, which sets stay
    sqlite_rows.py, postgres_rows.py   rows out, and back by way of a place beside the live ones
    documents.py  documents out, compared, and back
    tables.py, saved.py   which tables are the portal's; what both kinds of rows give
    keys_of_sets.py   the portal's keys of the time of a set
    standing.py   the default connection, led to other rows
    saving.py, restoring.py, checking.py   the acts
    erased_since.py   who was erased after a set, for whoever restores it
"""
