"""Officers enter initiatives for others: one after the other, or from a sheet of Excel (M13). The rules are the sender's own."""
