"""What a study is, and how files become one."""
