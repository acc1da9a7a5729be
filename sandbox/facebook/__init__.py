"""A stand-in for Facebook's sign-in and the profile endpoint of its Graph API."""
