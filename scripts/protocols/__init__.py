"""What the shipped protocols add to published figures: what is given, when it is scanned, what follows progression."""
