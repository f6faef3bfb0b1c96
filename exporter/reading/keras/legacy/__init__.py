"""Rewrite what older Kerases wrote as Keras 3 reads it: one idea a file.

``modern_model`` rewrites a configuration wholly, nested models and wrappers included. It runs
nothing of the file: what it does not know it leaves as it is, to be refused.
"""

from exporter.reading.keras.legacy.keras3 import of_hdf5
from exporter.reading.keras.legacy.layers import REFUSAL, REPAIR
from exporter.reading.keras.legacy.models import modern_model
from exporter.reading.keras.legacy.names import name_in_file
from exporter.reading.keras.legacy.version import is_old

__all__ = ["REFUSAL", "REPAIR", "is_old", "modern_model", "name_in_file", "of_hdf5"]
