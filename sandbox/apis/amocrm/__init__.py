"""amoCRM (Kommo) API v4 over a simulated account."""
