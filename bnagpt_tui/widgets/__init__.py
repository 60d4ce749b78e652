"""What is seen: each widget shows domain values and posts messages, and does nothing else."""
