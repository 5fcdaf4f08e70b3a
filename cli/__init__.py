"""The command: click, exit codes, words; no music, no pixels."""
