"""What changes the record. Each function is one transaction, one event, and safe to be refused."""
