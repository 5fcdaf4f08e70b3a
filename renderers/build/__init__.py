"""The build: what a compile will render and how long that takes, disk space, and past builds."""
