"""Why something was flagged, or why not: the codes, their words, and columns of them."""

from rumorscan.reasons.codes import (
    CONTENT,
    COORDINATION,
    COUNTER,
    EVIDENCE_CODES,
    REASON_CODES,
    RECORD,
    ReasonCode,
    describe_reason,
    is_counter,
    show_value,
)
from rumorscan.reasons.columns import ReasonColumn, count_families

__all__ = [
    "CONTENT",
    "COORDINATION",
    "COUNTER",
    "EVIDENCE_CODES",
    "REASON_CODES",
    "RECORD",
    "ReasonCode",
    "ReasonColumn",
    "count_families",
    "describe_reason",
    "is_counter",
    "show_value",
]
