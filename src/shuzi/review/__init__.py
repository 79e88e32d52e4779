"""What a reader leaves to people: a queue of numbers, their verdicts, and what they say of it."""
