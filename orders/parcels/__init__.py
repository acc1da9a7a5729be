"""Parcels: which pieces of an order are where, until all of them have arrived.

``services`` packs, ships and delivers; ``arrival`` knows when everything is there; ``periods`` and
``closing`` until when a buyer can withdraw and when an order is over; ``redelivery`` sends again.
"""
