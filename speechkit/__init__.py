"""speechkit: from recorded consultations to a corpus you may share and a benchmark you can trust."""

__version__ = "0.1.0"
