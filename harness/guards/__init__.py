"""What is refused before any work: numbers, sizes, places to write, data of the wrong shape."""
