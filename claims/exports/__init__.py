"""What leaves for other archives, in their formats."""
