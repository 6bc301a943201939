"""Lesson slides to a real video: drawn, spoken, captioned, encoded.

The same script gives the same bytes on the same machine, so loading the demo twice
makes no second video.
"""
