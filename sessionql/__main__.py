"""`python -m sessionql` is `sessionql`."""

from sessionql.cli.main import main

main()
