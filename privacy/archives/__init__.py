"""A person's data as a file: made by a job in parts, kept privately, handed out once."""
