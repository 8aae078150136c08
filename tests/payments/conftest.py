"""The bench of these tests, for every file of the folder."""

from tests.payments.stage import bench

__all__ = ["bench"]
