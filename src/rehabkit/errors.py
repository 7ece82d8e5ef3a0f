"""Every error that rehabkit raises on purpose.

::

    RehabkitError
    ├── InputError (ValueError)    what the user gave is wrong
    │   ├── RecordingError         a recording can't be read, or holds nothing that can be assessed
    │   ├── ExerciseError          unknown exercise, malformed exercise file
    │   ├── AssessmentError        an assessment file can't be read, corrected or compared
    │   └── LeakError              a split would let the test part be seen in training
    ├── OutputError (OSError)      a result can't be written
    ├── ModelError                 a model file is missing, damaged or of another version
    └── MissingExtraError          an optional part isn't installed

A message says ``<what> must be <rule>, got <value>; <remedy>`` on one line.
The command line turns each of these into that line and exit code 2.
"""

from __future__ import annotations


class RehabkitError(Exception):
    """Base of all errors that rehabkit raises on purpose.

    What a hostile file puts into a message can't steer a terminal: characters that don't print become ``?``.
    """

    def __str__(self) -> str:
        return "".join(c if c.isprintable() else "?" for c in super().__str__())


class InputError(RehabkitError, ValueError):
    """What the user gave is wrong."""


class RecordingError(InputError):
    """A recording can't be read, or holds nothing that can be assessed."""


class ExerciseError(InputError):
    """An exercise is unknown, or its file is malformed."""


class AssessmentError(InputError):
    """An assessment file can't be read, corrected or compared."""


class LeakError(InputError):
    """A split would let the test part be seen in training: its figure would be worthless."""


class OutputError(RehabkitError, OSError):
    """A result can't be written."""


class ModelError(RehabkitError):
    """A model file is missing, damaged or of another version."""


class MissingExtraError(RehabkitError):
    """An optional part isn't installed; the message names the command that adds it."""
