"""Recognizers, one kind of identifier a file; each has `recognize(scene) -> Iterator[Candidate]`.

They are found by the entry points `speechkit.recognizers`, so that another package can add one: a
function that takes a `Scene` and yields `Candidate`s (`scene.candidate(...)`) is all it takes.
"""
