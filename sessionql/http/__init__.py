"""HTTP without GraphQL or REST: request authentication, cookies, CSRF, CORS, security headers."""
