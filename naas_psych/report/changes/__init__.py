"""What changed between two evidence folders, and why."""
