"""History that cannot be quietly changed: what a step's digest covers, the chain of each initiative, the daily seals over all.

Knows the models alone. `lifecycle` writes digests with `content.py`; `chains.py` and `seals.py` look at what is kept, and
`verifying.py` asks both, of one moment.
"""
