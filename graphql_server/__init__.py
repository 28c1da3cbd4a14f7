"""GraphQL over HTTP, WebSocket and server-sent events, for any schema. Imports no other package but `http_kit`.

`http.endpoint` reads a request, executes it with an `engine` and writes the response; `websocket.socket` does the same
for the operations of a WebSocket. The application maps the exceptions of its resolvers to errors for clients.
"""
