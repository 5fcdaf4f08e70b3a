"""The picture's plan: latent vectors, envelopes, the path of the noise, and the steps after the generator."""
