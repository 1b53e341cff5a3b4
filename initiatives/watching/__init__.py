"""Whether the portal is well: what `/readyz`, `/metrics` and the page "Sức khỏe cổng" ask. Knows every area; no area knows it."""
