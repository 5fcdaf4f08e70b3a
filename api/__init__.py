"""The public Python interface: what `import musicvis` offers. `musicvis/__init__.py` names it."""
