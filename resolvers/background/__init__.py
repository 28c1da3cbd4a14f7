"""Work outside of requests: write activity, distribute updates to subscribers, call hooks."""
