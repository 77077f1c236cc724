"""The REST API of the work: claims with everything around them, and every step somebody can take."""
