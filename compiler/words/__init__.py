"""What words mean: the nearest of the 1000 classes, by a table that comes with musicvis."""
