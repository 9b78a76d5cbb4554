"""From one checkpoint to another, without a framework; and whether two hold the same."""
