"""Every night: what the orders say is paid, what our own rows add up to, what PayPal says.

``books`` compares our own sums, ``comparing`` one order with PayPal, ``nightly`` all that moved
lately; ``differences`` keeps what does not agree until it does, or until somebody says why not.
"""
