"""The sound's plan: buses, stems, chains, the files and programs that they need."""
