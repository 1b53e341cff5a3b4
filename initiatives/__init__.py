"""An initiative's life: campaigns → submission → review → nominations → progress → reports.

The data model is one package (`models/`); behaviour is an area a folder. `lifecycle.py` is the only door to a new status.
"""
