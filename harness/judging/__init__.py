"""How well two sides agree, and where they do not."""
