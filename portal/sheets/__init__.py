"""Excel at the bottom of the house: what a cell may hold, and reading a sheet somebody sent. Knows nothing of us."""
