"""The REST API of the record: its rules for every endpoint, and the endpoints that need only the record."""
