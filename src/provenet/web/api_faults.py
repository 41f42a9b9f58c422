"""Errors of the API in one shape: the words of `--json`, and the status of the answer."""

import json
from typing import Any

from provenet.core.errors import Fault, InputFault

API = "/api/"
"""Where addresses begin that programs ask."""


def api_fault(status: int, fault: InputFault | str) -> dict[str, Any]:
    """An error as every answer of the API shows it: `{"status", "fault_count", "faults"}`."""
    listed = fault if isinstance(fault, InputFault) else InputFault([Fault("provenet", fault)])
    return {"status": status, **listed.as_dict()}


def api_fault_text(status: int, fault: InputFault | str) -> bytes:
    """The same as JSON."""
    return json.dumps(api_fault(status, fault), ensure_ascii=False).encode()
