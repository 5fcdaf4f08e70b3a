"""What is seen and heard: a Plan in, files out."""
