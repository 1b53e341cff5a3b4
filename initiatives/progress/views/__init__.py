"""What the public sees of counting."""
