"""Worth: what somebody earned. Policies turn an earning into obligations; entries are append-only with legs that sum to zero.

It receives plain values (``Earning``) and never knows what a micro-credential, a session or a meeting is. It never computes
withholding: it hands gross cents, accounts and proof to payroll.
"""
