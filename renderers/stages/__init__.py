"""The stages of a film as nodes of the store: what each reads, and what is there already."""
