"""Time: bars and beats to seconds, frames and samples, and back."""
