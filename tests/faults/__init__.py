"""What machines do to a portal: processes killed between two steps, full and failing disks, lost connections, a clock that is
set, a cut of the power. After each of them the statements of `afterwards.py` must hold. A few run in `make test`, all in
`make faults`.
"""
