"""PostgreSQL as Django knows it, but for how the tests empty it."""
