"""Score files to one exact Score; the door is read.py."""
