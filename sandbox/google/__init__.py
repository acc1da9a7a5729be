"""A stand-in for Google's OpenID Connect sign-in."""
