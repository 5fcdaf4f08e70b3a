"""Makes pictures and sound: a Plan in, files out."""
