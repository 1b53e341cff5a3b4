"""Units in the admin: the acts that change the tree, and grassroots unions from Excel."""
