"""The words between the server and its page: frozen dataclasses, as JSON both ways.

A field is a key of the same name. All times are seconds from the film's first frame. File names are those
inside the piece, as "effects.yaml". docs/watch-wire.md lists the endpoints and shows each message.
"""
