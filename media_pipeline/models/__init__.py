from media_pipeline.models.asset import Asset
from media_pipeline.models.job import TranscodeJob
from media_pipeline.models.rendition import CaptionTrack, Rendition

__all__ = ["Asset", "CaptionTrack", "Rendition", "TranscodeJob"]
