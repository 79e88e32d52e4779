"""Sees a page: where its numbers stand, in which order, and which way is up."""
