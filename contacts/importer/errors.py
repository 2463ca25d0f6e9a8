"""Why a file of contacts cannot be read."""


class Unreadable(Exception):
    """The file holds no contacts that can be read; `reason` says why, in one word."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
