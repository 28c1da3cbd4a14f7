"""Parsing and validation of values: IDs, names, e-mail addresses, cursors, page sizes."""
