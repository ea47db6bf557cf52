"""The command line: `positions serve | load | check | import | keys | backup | …`.

`main` puts the commands together and turns errors into one line and an exit code. Each other
module holds the commands about one thing; what they do is done by the rooms below.
"""
