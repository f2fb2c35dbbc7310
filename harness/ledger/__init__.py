"""What was measured before."""
