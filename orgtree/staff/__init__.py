"""Who works in the admin: rights over accounts, signing in, first passwords, the second factor."""
