"""The live stream: an ASGI application of its own, without the rest of the site."""
