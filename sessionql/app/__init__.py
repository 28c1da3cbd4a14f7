"""The application: composition of settings, dependencies, routes and middleware."""
