"""The stage `tidy`: attributed segments without "um" and "uh", in a layer of their own."""

from contextlib import contextmanager

import msgspec

from speechkit.core import Resources, Task, Writes, join_words


class TidyOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    fillers: tuple[str, ...] = ("um", "uh", "erm")


class TidyStage:
    name = "tidy"
    version = "1"  # another one when the same input gives another result
    reads = ("attributed",)
    writes = Writes(name="tidied", kind="segments")
    engine = revision = ""  # no model

    def __init__(self, options: TidyOptions | None = None):
        self.options = options or TidyOptions()  # part of the cache key

    @contextmanager
    def open(self, resources: Resources):
        yield lambda tasks: [self._tidied(task) for task in tasks]

    def _tidied(self, task: Task):
        return tuple(self._without_fillers(each) for each in task.layers["attributed"].items)

    def _without_fillers(self, segment):
        words = [word for word in segment.words if not self._is_filler(word.text)]
        text = join_words([word.text for word in words], segment.language)
        return msgspec.structs.replace(segment, words=tuple(words), text=text)

    def _is_filler(self, text):
        return text.strip(".,?!").lower() in self.options.fillers
