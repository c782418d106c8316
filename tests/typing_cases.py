"""What type checkers make of code that uses the package; mypy reads it, nobody runs it.

An ignored error that does not occur is an error itself (warn_unused_ignores).
"""
