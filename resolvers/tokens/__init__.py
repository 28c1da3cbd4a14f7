"""Access tokens (JWT), refresh tokens and the keys of both."""
