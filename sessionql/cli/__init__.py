"""The command line. Command modules import late, so that each command starts quickly."""
