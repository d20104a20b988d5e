"""The database: one engine, one naming convention, one way to commit.

``transaction()`` is the only place in the house that commits. It is opened once, at the edge (a view's POST, a job, a
command), and refuses to nest, so that a story is saved whole or not at all.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import BigInteger, DateTime, Identity, MetaData, event, text
from sqlalchemy.orm import DeclarativeBase, mapped_column
from sqlalchemy.orm.session import Session

NAMES = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class _Declared(DeclarativeBase):
    """What Flask-SQLAlchemy builds its model class on."""


_Declared.registry.update_type_annotation_map({dt.datetime: DateTime(timezone=True)})


#: A surrogate key given by the database.
Key = Annotated[int, mapped_column(BigInteger, Identity(), primary_key=True)]


def _to_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


db = SQLAlchemy(
    metadata=MetaData(naming_convention=NAMES),
    model_class=_Declared,
    # A test binds the session to a connection that stands inside a transaction of its own; savepoints let the code under
    # test commit as it always does, and the test undo all of it.
    session_options={"join_transaction_mode": "create_savepoint"},
    engine_options={"json_serializer": _to_json, "pool_pre_ping": True, "query_cache_size": 1200},
)


class NestedTransaction(RuntimeError):
    """Somebody below the edge tried to commit a part of a story."""


if TYPE_CHECKING:

    class Base(DeclarativeBase):
        """What all tables share: the naming convention, and times that carry their zone."""
else:
    Base = db.Model


@contextmanager
def transaction() -> Iterator[Session]:
    """Save everything that happens inside, or nothing of it.

    Deferred constraints (a ledger entry whose legs must sum to zero) are checked before the commit, so that a broken one
    is an ordinary error of this block. Raises :class:`NestedTransaction` when one is open already.
    """
    session = db.session()
    if session.info.get("transaction"):
        raise NestedTransaction("transaction() was opened inside another: only the edge commits.")
    session.info["transaction"] = True
    try:
        yield session
        session.flush()
        if session.info.get("deferred"):
            session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
            session.execute(text("SET CONSTRAINTS ALL DEFERRED"))
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        session.info.pop("transaction", None)
        session.info.pop("deferred", None)


def check_deferred_constraints() -> None:
    """Ask for deferred constraints to be checked inside this transaction, at its end, rather than by the commit itself."""
    db.session.info["deferred"] = True


def explain_statements(engine: Any) -> list[str]:
    """Start recording the statements that ``engine`` runs; the returned list grows. For tests and benchmarks."""
    seen: list[str] = []

    def note(conn: Any, cursor: Any, statement: str, *rest: Any) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    return seen
