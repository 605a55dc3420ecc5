"""What an exception is called in answers and in the log."""

import os
import traceback

_OWN_DIRECTORY = os.path.dirname(os.path.abspath(__file__)) + os.sep
_API_DIRECTORY = os.path.join(_OWN_DIRECTORY, "api") + os.sep


def failure_text(error):
    """The exception as the real backend writes it: type, message, and the frames from the innermost one outwards.

    See pybind11, error_already_set::what.
    """
    lines = ["%s: %s" % (type(error).__name__, _text_of(error))]
    tb = error.__traceback__
    while tb is not None and tb.tb_next is not None:
        tb = tb.tb_next
    frame = tb.tb_frame if tb is not None else None
    line = tb.tb_lineno if tb is not None else 0
    frames = []
    while frame is not None:
        code = frame.f_code
        if not _is_own(code.co_filename):
            frames.append("  %s(%d): %s" % (code.co_filename, line, code.co_name))
        frame = frame.f_back
        line = frame.f_lineno if frame is not None else 0
    if frames:
        lines.append("")
        lines.append("At:")
        lines.extend(frames)
        lines.append("")
    return "\n".join(lines)


def traceback_text(error):
    """The traceback as Python prints it, without the frames of this package."""
    return "".join(traceback.format_exception(type(error), error, error.__traceback__))


def _text_of(error):
    try:
        return str(error)
    except Exception as failure:
        return "<MESSAGE UNAVAILABLE DUE TO EXCEPTION: %s>" % type(failure).__name__


def _is_own(file_name):
    return file_name.startswith(_OWN_DIRECTORY) or file_name.startswith("<frozen runpy")
