"""The review editor over HTTP."""
