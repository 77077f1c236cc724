"""What is read from the outside: the gate, the client against a hostile server, the words of pages."""
