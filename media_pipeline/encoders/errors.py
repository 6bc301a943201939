from media_pipeline.enums import Failure

# Another try with the same file would end the same way.
FINAL = frozenset({Failure.UNREADABLE, Failure.NO_VIDEO, Failure.TOO_LARGE})


class EncodingError(Exception):
    """A conversion step failed.

    Args:
        failure: the reason in words for people.
        detail: the tool's own last words, for administrators and the log.
    """

    def __init__(self, failure: Failure, detail: str) -> None:
        super().__init__(f"{failure.value}: {detail}")
        self.failure = failure
        self.detail = detail

    @property
    def is_final(self) -> bool:
        return self.failure in FINAL
