"""Composes handwriting to train on: digits, strings, forms and whole pages, with their labels."""
