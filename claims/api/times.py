"""Moments on the wire, as everything that leaves us writes them."""

from claims.exports.times import rfc3339 as rfc3339
