"""What is read from the outside: one guarded client, and the words of a page."""
