"""Money on its way back: asked for, approved, sent to PayPal, and seen to arrive.

``services`` asks and approves, ``sending`` speaks to PayPal, ``external`` believes what it says of
refunds, ours and others', ``automatic`` gives back what no order stands for, ``cancelling`` ends a
paid order. What is left to give back is ``limits``'s, what a thing is worth is ``shares``'s.
"""
