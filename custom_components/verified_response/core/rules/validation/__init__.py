"""Evidence to a level: assess() is the entrance."""
