"""The command line: ``python -m neurongraph``."""

from exporter.cli import main

main()
