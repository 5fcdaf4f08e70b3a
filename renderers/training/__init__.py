"""Training: pictures and videos of the user's to a model that paints like them."""
