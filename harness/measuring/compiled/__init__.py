"""What programs are once they are compiled, for devices that are not here too."""
