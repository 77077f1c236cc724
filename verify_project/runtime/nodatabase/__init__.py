"""The database engine used while no database is known; see `base`."""
