"""What follows from the data: plain functions over rows, with the formula and its source."""
