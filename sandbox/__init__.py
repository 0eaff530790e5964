"""Things to try the product against; nothing here ships to a home."""
