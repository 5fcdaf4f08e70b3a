"""Latent vectors in, images out."""
