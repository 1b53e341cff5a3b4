"""How Vietnamese write: text, names, phones, identity numbers, money, days and figures.

The bottom layer: no model, no request, nothing of ours is imported here. Every rule is from VIETNAM.md.

text, old_fonts, names, phones, identity, money, days, formats   plain functions on plain values
fields           the same as form fields
vi/formats.py    Django's formats, by FORMAT_MODULE_PATH = "portal.vietnamese"
locale/          the Vietnamese that Django and django-axes do not bring, by LOCALE_PATHS
"""
