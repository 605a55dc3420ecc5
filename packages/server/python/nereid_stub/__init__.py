"""The process in which one instance of a Python model lives. See PROTOCOL.md beside this package."""
