"""A mail server that delivers to nobody, with a page to read what the shop sent."""
