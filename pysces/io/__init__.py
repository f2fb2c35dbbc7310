"""Files: histories, restarts, meshes."""
