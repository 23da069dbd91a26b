"""Every error that the library raises on purpose, as one tree.

    LvmError                     the message is meant for the user: what, where, what to do next
    +-- ReadError                the file cannot be used as a resting 12-lead ECG
    |   +-- NotAnEcgError        not an ECG file of a kind we know
    |   +-- UnsupportedError      an ECG file, of a version or encoding we do not read
    |   +-- DamagedFileError     truncated, fails its checksum, contradicts itself
    |   +-- MissingLeadError     a lead is absent and cannot be derived
    +-- SignalError              the recording was read, but no beat in it can be used
    +-- WeightsError             a bundle is missing, altered or does not fit the network
    +-- CohortError              a training table or cohort cannot be used
    +-- EvaluationError          an evaluation on disk is damaged

No message ever holds a patient's data or a path of the machine.
"""


class LvmError(Exception):
    """Base of all errors whose message is written for the user."""


class ReadError(LvmError):
    """The file cannot be used as a resting 12-lead ECG."""


class NotAnEcgError(ReadError):
    """Not an ECG file of a kind we know."""


class UnsupportedError(ReadError):
    """An ECG file, of a version or encoding we do not read."""


class DamagedFileError(ReadError):
    """Truncated, fails its checksum, or contradicts itself."""


class MissingLeadError(ReadError):
    """A lead is absent and cannot be derived from the others."""


class SignalError(LvmError):
    """The recording was read, but no beat in it can be used."""


class WeightsError(LvmError):
    """A weights bundle is missing, altered, or does not fit the network."""


class CohortError(LvmError):
    """A training table or cohort cannot be used."""


class EvaluationError(LvmError):
    """An evaluation on disk is damaged."""
