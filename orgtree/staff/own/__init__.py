"""What staff do about their own account: signing in, password, second factor, the list of sign-ins."""
