"""How tracers move, and the mass flux that carries them."""
