"""Competence: what a teacher can show she is able to do, and how her colleagues come to agree that she can.

This room owns micro-credentials and their versions, stacks, submissions and evidence, peer review, decisions, awards and
the badges made from them. It never knows about money, licence hours or payroll: what an award is worth is decided in
`ledger`, and the two meet only in `workflows`. It never shows a review or a "not yet" to anybody who evaluates the teacher.
"""
