"""Withdrawals and returns.

``withdrawing`` keeps a statement and its receipt, ``taking_up`` finds its order, ``effects`` does
what it asks, ``accepting`` what a person decides. ``pieces`` says what may still come back,
``services`` and ``inspecting`` what becomes of it, ``deciding`` and ``again`` whether it is paid
back or sent again.
"""
