"""Values with rules: ids, names, e-mail addresses, cursors, page sizes."""
