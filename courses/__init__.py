"""Choice: PD sessions, their dated sections, registration and attendance.

Owns what a teacher signs up for and whether she was there. It never knows what that is worth.
"""
