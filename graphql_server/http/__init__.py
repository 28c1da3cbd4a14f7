"""GraphQL over HTTP: requests by GET and POST, responses as JSON or as server-sent events."""
