"""CAM-SE."""
