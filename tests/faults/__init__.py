"""The fault suite: the product's own processes under load, broken at random, and what must still be true afterwards."""
