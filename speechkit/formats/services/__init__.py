"""What transcription services write: one file a service, the page that documents it at the top.

Speakers, times, confidences and languages are kept; what a service held for less likely is in
`Reading.alternatives`; every field with content that is not used is named in the notes.
"""
