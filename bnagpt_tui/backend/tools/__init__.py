"""What a model can do beside writing: each tool is a value, in a file of its own."""
