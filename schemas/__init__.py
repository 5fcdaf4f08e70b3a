"""JSON Schemas of what a composer writes; data, shipped with the package."""
