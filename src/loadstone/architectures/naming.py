"""What links a family's slots to stored names."""

from __future__ import annotations

from loadstone.architectures import components
from loadstone.architectures.family import Family, HeadSpec
from loadstone.configs.pretrained import PretrainedConfig
from loadstone.core.naming import Naming


def naming_of(family: Family, spec: HeadSpec, component: components.Component, config: PretrainedConfig) -> Naming:
    """What links the slots of a family's class to stored names, told from its blueprint alone."""
    prefix, optional = "", spec.optional
    if isinstance(component, components.Head):
        prefix, bare = component.backbone.name, family.head(spec.body)
        optional += tuple(tuple(f"{prefix}.{part}" for part in group) for group in (bare.optional if bare else ()))
    return family.naming(spec, prefix, optional, config, spec.tied(config))
