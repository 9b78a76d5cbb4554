"""What a load did, and what one would do."""
