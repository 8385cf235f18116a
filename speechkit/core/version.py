"""The version of speechkit: in every release and every `--version`."""

VERSION = "0.2.0"
