"""A paper on paper: versions A and B, an answer sheet and the key."""
