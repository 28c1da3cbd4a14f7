"""`python -m sessionql` is `sessionql`."""

from sessionql.cli import main

main()
