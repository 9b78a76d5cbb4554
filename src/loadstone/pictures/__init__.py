"""Pictures of where memory and time go: self-contained SVG and HTML. Pure; it knows no model and no framework."""
