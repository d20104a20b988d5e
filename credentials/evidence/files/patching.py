"""Writing a file anew with some of its bytes replaced, everything staying where it was, in bounded memory.

Films are cleaned this way: what has to go becomes free space of the same length, so that no offset into the film has to be changed and
nothing can slip.
"""

from __future__ import annotations

from typing import BinaryIO

_PIECE = 1 << 20


class Patches:
    """Replacements by position. ``put`` sets bytes, ``blank`` sets zeros; later ones win."""

    def __init__(self) -> None:
        self._list: list[tuple[int, int, bytes]] = []

    def put(self, at: int, data: bytes) -> None:
        """These bytes at this position."""
        if data:
            self._list.append((at, at + len(data), data))

    def blank(self, start: int, stop: int) -> None:
        """Zeros from ``start`` up to and without ``stop``."""
        if stop > start:
            self._list.append((start, stop, b""))

    def write(self, source: BinaryIO, size: int, out: BinaryIO) -> None:
        """Copy ``size`` bytes of ``source`` to ``out`` with the replacements made."""
        source.seek(0)
        at = 0
        in_order = sorted(range(len(self._list)), key=lambda n: self._list[n][0])
        waiting, active = 0, []  # type: ignore[var-annotated]
        while at < size:
            piece = bytearray(source.read(min(_PIECE, size - at)))
            if not piece:
                return
            end = at + len(piece)
            while waiting < len(in_order) and self._list[in_order[waiting]][0] < end:
                active.append(in_order[waiting])
                waiting += 1
            for number in sorted(active):
                start, stop, data = self._list[number]
                low, high = max(start, at), min(stop, end)
                if low < high:
                    piece[low - at : high - at] = data[low - start : high - start] if data else bytes(high - low)
            active = [number for number in active if self._list[number][1] > end]
            out.write(piece)
            at = end
