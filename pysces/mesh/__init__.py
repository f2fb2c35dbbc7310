"""Where elements lie: quadrilaterals on the sphere or plane, before anything is measured on them."""
