"""The command line. Each command imports what it needs when it runs, so that all start quickly.

With all imports at the top, `sessionql --help` would take twice as long. No other package imports late, except where a
comment names the cost.
"""
