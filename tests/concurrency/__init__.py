"""What happens when many do it at once: real connections on PostgreSQL, nothing simulated."""
