"""Form: checks YAML against the JSON Schemas, with messages in a composer's words."""
