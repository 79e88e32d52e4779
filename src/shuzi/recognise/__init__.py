"""Text regions -> digits and numbers: strips, glyphs, the models and what they say together."""
