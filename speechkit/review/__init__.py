"""People correct drafts: accounts, tasks, edits, agreement, and the desk in the browser."""
