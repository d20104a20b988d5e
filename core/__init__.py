"""The ground floor: configuration, database, access, jobs, audit, storage, mail, documents, clock and errors.

Owns what every room needs and no room should write twice. It never knows a teacher, a badge or a dollar.
"""
