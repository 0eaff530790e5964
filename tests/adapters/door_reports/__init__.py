"""What locks say of their doors, source by source."""
