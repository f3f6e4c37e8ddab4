"""The book's few kinds of picture: one call in the cell, the same look everywhere.

Pictures that all chapters share are here; those that only one chapter needs are in a module of
the chapter's name. Importing this package imports matplotlib; ``import firstorder`` does not.
"""

from firstorder.figures.common import curve_panels, curves, spread
from firstorder.figures.maps import heatmap, trajectories, trajectory_panels

__all__ = ["curve_panels", "curves", "heatmap", "spread", "trajectories", "trajectory_panels"]
