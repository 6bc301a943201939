"""The log of answers, read.

Per position the newest writer's highest sequence number wins, whatever the order of
arrival; what a superseded writer wrote counts only where no newer writer answered.
So the fold is a maximum: repeats and any interleaving give the same result.
"""

from collections.abc import Iterable
from typing import NamedTuple


class LoggedResponse(NamedTuple):
    """One answer of the log."""

    writer: int
    seq: int
    position: int
    value: list[str]


def fold_events(events: Iterable[LoggedResponse]) -> dict[int, LoggedResponse]:
    """Return position → the event that counts. An emptied answer has no value."""
    winners: dict[int, LoggedResponse] = {}
    for event in events:
        winner = winners.get(event.position)
        if winner is None or (event.writer, event.seq) > (winner.writer, winner.seq):
            winners[event.position] = event
    return dict(sorted(winners.items()))


def fold_responses(events: Iterable[LoggedResponse]) -> dict[int, list[str]]:
    """Return position → value as it counts."""
    return {position: event.value for position, event in fold_events(events).items()}


def find_gaps(seqs: Iterable[int], *, up_to: int, limit: int) -> list[int]:
    """Return the numbers from 1 to `up_to` that have not arrived, at most `limit`."""
    arrived = set(seqs)
    gaps: list[int] = []
    for seq in range(1, up_to + 1):
        if seq not in arrived:
            gaps.append(seq)
            if len(gaps) == limit:
                break
    return gaps
