"""The reader as a service, and its page in the browser."""
