"""Mango Office, the sandbox's side."""
