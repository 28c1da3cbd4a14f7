"""Device labels and locations of sessions."""
