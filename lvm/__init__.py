"""eLVMass-Net demonstrator: LV mass from a 12-lead ECG. Research and education only."""

__version__ = "0.1.0"
