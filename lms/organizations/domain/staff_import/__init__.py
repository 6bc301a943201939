"""A list of staff from a spreadsheet: read, checked, written, answered."""
