"""WER of each file as the PriMock57 leaderboard published it, for the files among the test data.

Source: GitHub Omi-Health/medical-STT-eval (MIT), `results/metrics/<system>_wer.json`, as of March
and April 2026; of Parakeet as of December 2025, when they still counted with stock Whisper rules.
Fractions, rounded to five decimals. Two of the 57 consultations are left out there.
"""

from __future__ import annotations

# Over all 55 files, mean a file: their README of 2026-04-06; of Deepgram and MedASR those files.
ALL_FILES = {
    "google-gemini-2.5-pro": 8.15,
    "qwen3-asr-1.7b": 8.96,
    "deepgram-nova-3-medical": 9.05,
    "parakeet-parakeet-tdt-0.6b-v3": 9.35,
    "elevenlabs-scribe_v2": 9.72,
    "kyutai-stt-pytorch-stt-2.6b-en": 11.20,
    "groq-whisper-large-v3": 11.93,
    "groq-whisper-large-v3-turbo": 12.14,
    "openai-whisper-1": 13.20,
    "canary-1b-v2": 14.32,
    "mms-1b-all": 38.70,
    "google-medasr": 52.55,
}

FILES = (
    "day1_consultation02", "day1_consultation03", "day1_consultation05",
    "day1_consultation06", "day1_consultation08", "day1_consultation09",
    "day1_consultation10", "day1_consultation11", "day1_consultation13",
    "day1_consultation14", "day1_consultation15", "day2_consultation01",
    "day2_consultation02", "day2_consultation03", "day2_consultation04",
    "day2_consultation05", "day2_consultation06", "day2_consultation07",
    "day2_consultation08", "day2_consultation09", "day2_consultation10",
)  # fmt: skip

# Counted with stock Whisper rules.
STOCK = frozenset({"parakeet-parakeet-tdt-0.6b-v3"})

# The transcript here is not the one whose figure was published: 1,093 words against 1,744.
OTHER_TEXT = frozenset({("qwen3-asr-1.7b", "day1_consultation10")})

BY_FILE = {
    "canary-1b-v2": (
        0.14576, 0.14313, 0.14190, 0.16549, 0.12726, 0.17416, 0.30226,
        0.15240, 0.10486, 0.14821, 0.15197, 0.12308, 0.17180, 0.16573,
        0.13589, 0.08868, 0.14035, 0.13394, 0.12507, 0.12512, 0.10664,
    ),
    "deepgram-nova-3-medical": (
        0.12246, 0.10799, 0.08563, 0.11159, 0.09802, 0.09833, 0.14063,
        0.09204, 0.06280, 0.10308, 0.09528, 0.10342, 0.09360, 0.12149,
        0.07123, 0.04799, 0.07895, 0.10198, 0.08926, 0.07783, 0.06533,
    ),
    "elevenlabs-scribe_v2": (
        0.12306, 0.65687, 0.08379, 0.10016, 0.07567, 0.10283, 0.13685,
        0.09546, 0.04917, 0.10308, 0.10787, 0.10684, 0.09242, 0.10674,
        0.07452, 0.04538, 0.07998, 0.11644, 0.08485, 0.07882, 0.04634,
    ),
    "google-gemini-2.5-pro": (
        0.10573, 0.11182, 0.07829, 0.09472, 0.08426, 0.09447, 0.12231,
        0.08690, 0.05213, 0.10103, 0.10315, 0.10598, 0.08649, 0.10955,
        0.06521, 0.04747, 0.07018, 0.10883, 0.07328, 0.08571, 0.04913,
    ),
    "google-medasr": (
        0.47551, 0.70543, 0.54801, 0.57267, 0.65606, 0.59769, 0.67726,
        0.47731, 0.46149, 0.58154, 0.60787, 0.51282, 0.52192, 0.72331,
        0.53260, 0.45018, 0.47265, 0.51522, 0.55372, 0.53300, 0.50028,
    ),
    "groq-whisper-large-v3": (
        0.15472, 0.11693, 0.16024, 0.14698, 0.12984, 0.16324, 0.18858,
        0.16353, 0.10782, 0.13744, 0.13307, 0.11453, 0.13389, 0.14256,
        0.10575, 0.07303, 0.11971, 0.13546, 0.09697, 0.11330, 0.08934,
    ),
    "groq-whisper-large-v3-turbo": (
        0.14755, 0.13546, 0.14373, 0.14426, 0.12984, 0.17545, 0.19397,
        0.13185, 0.09716, 0.14923, 0.12913, 0.11709, 0.13626, 0.14396,
        0.12822, 0.07094, 0.11868, 0.12177, 0.09532, 0.11626, 0.09715,
    ),
    "kyutai-stt-pytorch-stt-2.6b-en": (
        0.12963, 0.11182, 0.11070, 0.16059, 0.11350, 0.16774, 0.17996,
        0.13142, 0.08235, 0.11333, 0.12362, 0.10513, 0.12915, 0.14256,
        0.09589, 0.07251, 0.11042, 0.12633, 0.09587, 0.10246, 0.07370,
    ),
    "mms-1b-all": (
        0.42652, 0.40447, 0.41590, 0.40773, 0.47893, 0.46015, 0.49623,
        0.40796, 0.32642, 0.42564, 0.42598, 0.31453, 0.44609, 0.43750,
        0.35945, 0.28482, 0.33540, 0.39269, 0.36970, 0.44729, 0.32217,
    ),
    "openai-whisper-1": (
        0.13859, 0.11629, 0.13761, 0.17365, 0.10404, 0.14974, 0.18050,
        0.12200, 0.08175, 0.14308, 0.12913, 0.11282, 0.14040, 0.13553,
        0.11288, 0.06781, 0.09959, 0.13394, 0.09642, 0.10640, 0.11781,
    ),
    "parakeet-parakeet-tdt-0.6b-v3": (
        0.13876, 0.14158, 0.11765, 0.14418, 0.13500, 0.13432, 0.16703,
        0.12382, 0.09306, 0.12494, 0.14739, 0.13402, 0.12641, 0.15760,
        0.10904, 0.08451, 0.10475, 0.13456, 0.11573, 0.13498, 0.09548,
    ),
    "qwen3-asr-1.7b": (
        0.11589, 0.10415, 0.09847, 0.11867, 0.09372, 0.11504, 0.13254,
        0.08990, 0.06931, 0.10256, 0.10472, 0.10256, 0.10723, 0.10885,
        0.06466, 0.05738, 0.07430, 0.10046, 0.08154, 0.09261, 0.06477,
    ),
}  # fmt: skip
