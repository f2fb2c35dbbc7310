"""What a difference looks like: familiar mistakes fitted to two sides of a field, and said in words."""
