"""Stories that cross rooms, one file each. A workflow exists only if two rooms are touched, and holds no policy."""
