"""Listens again: is anything that was removed still heard, and can the draft be trusted?"""
