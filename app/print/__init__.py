"""Print: pictures and documents made by the server."""
