"""Items in and out of a bank.

The readers and writers (`sheets`, `gift`, `aiken`, `moodle`, `qti`) know neither Django
nor the database: `parser` runs the readers on hostile files in a process of its own.
"""
