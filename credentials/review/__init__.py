"""Peer review: who is asked to review what, blind and without conflicts; what reviewers say; and what two or three reviews amount to.

It never releases a decision to a teacher by itself (the office does, through ``workflows.evidence``), and never hears of badges or money.
"""
