"""A checked manifest to the model, one file for each section."""
