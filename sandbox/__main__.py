"""``python -m sandbox``: the same as ``voronka-sandbox``."""

from sandbox.cli import main

if __name__ == "__main__":
    main()
