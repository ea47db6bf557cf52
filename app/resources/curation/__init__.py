"""The addresses that change data, and those that show what was changed."""
