"""What a TensorFlow model is made of: what everything that handles models may ask of one."""

from __future__ import annotations

from typing import ClassVar

import keras

from loadstone.architectures.family import Family
from loadstone.frameworks.structure import ModelBase


class TFStructure(ModelBase, keras.Model):
    """A Keras model that is one of Loadstone's, and no other library's."""

    family_spec: ClassVar[Family]
