"""BigGAN-deep (Brock, Donahue, Simonyan 2019): its weights, its network made fast, its runtimes."""
