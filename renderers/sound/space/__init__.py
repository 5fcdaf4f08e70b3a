"""Space: how a bus is placed between the ears."""
