"""Numbers of study subjects: "subject forty two", "participant K 17", "randomised as 0042"."""

from speechkit.deidentification.text.scene import Scene

CUES = {"subject", "participant", "volunteer", "randomised", "randomized"}
LINKS = {"number", "as", "is", "id"}


def recognize(scene: Scene):
    """Yield numbers and letters that stand after a word for a participant of a study."""
    for run in scene.runs:
        before = run.first - 1
        while before >= 0 and scene.word(before) in LINKS:
            before -= 1
        if before >= 0 and scene.word(before) in CUES and any(map(str.isdigit, run.value)):
            yield scene.candidate(run.first, run.after, "OTHER_ID", 0.9, "study_numbers")
