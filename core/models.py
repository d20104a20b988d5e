"""The ground floor's tables, gathered so that whoever opens the room knows them all."""

from core.audit import AuditEvent
from core.idempotency import IdempotencyKey
from core.mail import Mail
from core.storage import Blob

__all__ = ["AuditEvent", "Blob", "IdempotencyKey", "Mail"]
