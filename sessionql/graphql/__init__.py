"""The GraphQL endpoint of SessionQL: schemas, engines and sockets put together, GraphiQL, SDL routes."""
