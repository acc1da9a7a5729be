"""A stand-in for PayPal: Orders v2, Payments v2, the buyer's page and signed webhooks."""
