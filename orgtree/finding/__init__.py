"""What stands behind `orgtree/search.py`: words and their abbreviations, the index of them, slips of the finger, suggestions."""
