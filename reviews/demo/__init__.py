"""The demo: the whole story once, on real input and real processes, told in the terminal or as one JSON document."""
