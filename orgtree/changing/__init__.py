"""What stands behind `orgtree/changes.py`: what an act may not do, codes and places of successors, the fate of those below."""
