"""What a run is told: sections of options, whole configurations, namelists and presets."""
