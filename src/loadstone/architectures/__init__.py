"""What models are made of: one file a family, and the components of blueprints. No framework."""
