"""Whatever may come to any address: hostile values, forms as their pages offer them, and broken lines of HTTP."""
