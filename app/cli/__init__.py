"""The command line: `positions serve | load | check | import | keys | backup | …`."""
