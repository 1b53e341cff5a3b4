"""The floor: a bare Django project with ordinary middleware, its own templates and one table."""
