"""Resources that change data, and those that show its changes."""
