"""Finds and imports a model's file the way the real backend does."""

import os
import sys


class ModelError(Exception):
    """An error of the model or of its files whose text is the whole answer."""


def load_model_class(model):
    """Imports model.py and returns its TritonPythonModel."""
    directory, file_name = os.path.split(model.file)
    if not file_name.endswith(".py"):
        raise ModelError(
            "Model name must end with '.py'. Model name is \"%s\"." % file_name
        )
    stem = file_name[: -len(".py")]
    if model.library_directory is not None:
        sys.path.append(model.library_directory)
        module = _imported(stem)
    else:
        # A file name may be a path below the version directory; the version's folder is a package in its parent.
        sys.path.append(directory)
        sys.path.append(os.path.dirname(directory))
        module = _imported("%s.%s" % (os.path.basename(directory), stem))
    return module.TritonPythonModel


def _imported(name):
    # Not importlib.import_module: the import statement's own machinery leaves itself out of tracebacks.
    __import__(name)
    return sys.modules[name]
