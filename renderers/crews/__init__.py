"""The crews that render segments: this process, several processes, threads before a GPU, or other
machines."""
