"""Rows by COPY: many, fast, with the triggers and constraints of the database awake."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterable, Sequence
from typing import Any

from psycopg import Connection, sql


class Loader:
    """Writes rows into tables over one connection, hands out ids, and shows how far it is."""

    def __init__(self, connection: Connection[Any], *, quiet: bool = False) -> None:
        self.connection = connection
        self.quiet = quiet
        self.written = 0
        self._next: dict[str, int] = {}
        self._began = time.monotonic()

    def next_id(self, table: str) -> int:
        """The next free id of a table; the sequence is set past it at the end by :meth:`finish`."""
        if table not in self._next:
            row = self.connection.execute(sql.SQL("SELECT coalesce(max(id), 0) FROM {}").format(sql.Identifier(table))).fetchone()
            self._next[table] = row[0] if row else 0
        self._next[table] += 1
        return self._next[table]

    def rows(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
        """COPY ``rows`` into ``table``; dicts and lists of dicts go as JSON, other lists as arrays. Returns how many."""
        statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns)))
        count = 0
        with self.connection.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row([json.dumps(v, ensure_ascii=False) if isinstance(v, Json | JsonList) else v for v in row])
                count += 1
        self.written += count
        self.say(table, count)
        return count

    def say(self, what: str, count: int) -> None:
        if not self.quiet:
            print(f"  {time.monotonic() - self._began:6.1f} s  {what:<22}{count:>10,}", file=sys.stderr, flush=True)

    def finish(self) -> None:
        """Set the sequences past the ids that were handed out, and let the planner know the new sizes."""
        for table, last in self._next.items():
            self.connection.execute("SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", (table, last))


class Json(dict[str, Any]):
    """A mapping that goes into a jsonb column."""


class JsonList(list[Any]):
    """A list that goes into a jsonb column."""
