"""What the law asks about personal data: the notice people consent to, and how to reach who answers for it."""
