"""Numbers of a dycore estimated from observations: bounds, fits, and how well the observations determine them."""
