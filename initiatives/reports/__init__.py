"""Official paper (M27, M29): the summary table (`summary` gathers the rows, `layouts` say what stands where, `workbook` and
`table_pdf` write it) and what else a dossier needs (`papers` says what its papers are made of, `letter` fills in the template of
the Tờ trình, `dossier_zip` puts everything into one file, `dossier_papers_admin` hands it out in the admin).

May import everything below the reports: models, the tree, nominations, portal.vietnamese.
"""
