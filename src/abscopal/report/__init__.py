"""The report of a trial: figures and one self-contained page, made from tables only.

Nothing here knows the simulator: the same functions draw a real trial whose tables carry the same columns.
"""
