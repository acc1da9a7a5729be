"""The officer's desk: the queue, the deeds of a case page, the figures and the report."""
