"""What `check` can find, a group a module."""
