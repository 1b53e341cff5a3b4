"""The official summary table (M29): `summary` gathers the rows, `layouts` say what stands where, `workbook` writes it.

May import everything below the reports: models, the tree, portal.vietnamese.
"""
