"""SQLite as Django knows it, with what PostgreSQL has by itself."""
