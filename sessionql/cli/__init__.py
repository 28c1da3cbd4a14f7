"""The command line. Each command imports what it needs when it runs, so that all start quickly.

`sessionql --help` takes 0.3 s this way, and 1.5 s with all imports at the top. No other package imports late, except
where a comment names a measured cost.
"""
