"""What sockets and event streams share: peers, quotas, deadlines, sending."""
