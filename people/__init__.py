"""Who: people, schools, roles, sign-in, personal tokens.

Owns identity, HR facts of a person and who holds which role where. It never knows what somebody chose, earned or was paid.
"""
