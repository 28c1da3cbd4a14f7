"""GraphQL documents: parsing, validation, caches and trusted documents."""
