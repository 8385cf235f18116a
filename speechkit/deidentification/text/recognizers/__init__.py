"""Recognizers, one kind of identifier a file. Each has `find(scene) -> Iterator[Find]`."""
