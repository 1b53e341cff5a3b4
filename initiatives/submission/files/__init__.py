"""The files that people send: what is accepted (`judge`), where it lies (`store`), how it comes in (`handlers`), and
the link that may stand instead of one (`links`).

Bytes only: no model, no request, no settings. May import `portal.vietnamese`; `handlers` alone knows Django.
"""
