"""Who comes when somebody asks for help."""
