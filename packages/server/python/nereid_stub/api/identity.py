"""Names under which models see the classes of this package.

Texts of errors quote types ("found type '<class 'c_python_backend_utils.Tensor'>'"), and models import that
module in annotations, so the classes say that they come from there.
"""

from __future__ import annotations

from enum import IntEnum

MODULE = "c_python_backend_utils"


class NamedNumber(IntEnum):
    """A number with a name that prints as `Class.NAME`, whichever Python runs it."""

    def __str__(self) -> str:
        return f"{type(self).__name__}.{self.name}"

    def __repr__(self) -> str:
        return f"<{type(self).__name__}.{self.name}: {self.value}>"

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)


def shown_to_models(cls):
    """Makes a class say that it comes from the module that models know."""
    cls.__module__ = MODULE
    return cls


def signature_error(call: str, signature: str, given: object) -> TypeError:
    """The error for arguments of the wrong type: what is expected, and what came instead."""
    return TypeError(
        f"{call}: incompatible arguments. Expected: {signature}. "
        f"Invoked with: {given!r} ({type(given).__name__})"
    )
