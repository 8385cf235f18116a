"""Clinical terms of a language: lists, stems, and one form for words that are spelled in several ways.

English only so far. The benchmark counts by them what a recognizer lost; annotation marks them.
"""
