"""Running the application with uvicorn."""
