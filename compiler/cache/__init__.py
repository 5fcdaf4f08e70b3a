"""Plans and scores that were compiled before, and the questions to the disk that they depend on."""
