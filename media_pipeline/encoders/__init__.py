"""FFmpeg behind a fence: no network, bounded time, processor, memory and disk.

Nothing here knows the database; the domain passes paths in and takes facts out.
"""
