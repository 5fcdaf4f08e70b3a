"""Faults of pictures and videos; the caller adds where the file was named."""


class UnusableError(Exception):
    """A picture or a video that cannot be decoded, or is beyond a limit."""

    def __init__(self, why: str, mend: str) -> None:
        """why    what is wrong, as "it is broken"
        mend   what the user can do, e.g. "export it again"
        """
        super().__init__(why)
        self.why, self.mend = why, mend


def check_size(width_px: int, height_px: int, least_px: int, most_pixels: int) -> None:
    """Raises UnusableError for a picture that is too small or too large."""
    if min(width_px, height_px) < least_px:
        why = f"it has {width_px}x{height_px} pixels; each side needs at least {least_px}"
        raise UnusableError(why, "use a larger one")
    if width_px * height_px > most_pixels:
        why = f"it has {width_px}x{height_px} pixels, and {most_pixels // 1_000_000} million are the most"
        raise UnusableError(why, "make it smaller")
