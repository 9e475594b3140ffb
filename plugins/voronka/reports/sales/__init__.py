"""The week of an account, for the head of sales."""
