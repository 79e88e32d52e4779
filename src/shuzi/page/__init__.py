"""Grey page -> quadrilaterals, each with one number, in reading order."""
