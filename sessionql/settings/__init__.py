"""Settings: `SESSIONQL_*` variables, validated."""
