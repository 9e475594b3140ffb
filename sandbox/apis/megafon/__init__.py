"""MegaFon VATS, the sandbox's side."""
