"""Runs the command line: `python -m sessionql` is the same as `sessionql`."""

from sessionql.cli.main import main

main()
