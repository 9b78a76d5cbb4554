"""``loadstone.pipeline(task, …)``: text in, an answer out. One file a task."""
