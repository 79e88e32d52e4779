"""Finds numbers by rules for boxes, cells, rulings and groups of strokes.

The way of reading until the page network reads forms, tables and sudokus as well as these do (see
docs/experiments.md, 2026-11-26); then this folder goes, whole.
"""
