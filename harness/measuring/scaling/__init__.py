"""How far runs over ranks and devices scale: measured here, and on paper for machines that are not here."""
