"""Connections that stay open: what WebSockets and event streams share."""
