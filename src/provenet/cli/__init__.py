"""The command line: words in, lines or one JSON object out."""
