"""What is watched and drawn of a state."""
