"""Work beside the requests: activity writes, pub/sub, hooks."""
