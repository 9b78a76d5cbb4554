"""What a model does about slots that are one parameter: tie them, keep them apart, tie them again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from loadstone.frameworks.torch.loading.skeleton import is_complete_skeleton
from loadstone.frameworks.torch.modeling.structure import TorchStructure
from loadstone.frameworks.torch.modeling.untying import untie_before_loading, untie_what_files_contradict


class Tying(TorchStructure):
    """The ties of a model; which slots they are its class knows."""

    def tie_weights(self) -> None:
        """Make tied slots one parameter.

        A model without memory that is complete is about to be filled by others, who take its ties for what the file
        says; so where the folder that its config came from holds both tensors, and they differ, it is untied.
        """
        if is_complete_skeleton(self):
            untie_what_files_contradict(self)
        self._share(self.tied_slots())
        for module in self.modules() if self.family_spec is None else ():
            tie = getattr(module, "_tie_weights", None)  # what parts of older code tie by hand
            if tie is not None:
                tie()

    def _share(self, ties: Mapping[str, str]) -> None:
        for name, source in ties.items():
            module, _, leaf = name.rpartition(".")
            self.get_submodule(module)._parameters[leaf] = self.get_parameter(source)

    def _tie_again(self, held: Mapping[str, str]) -> None:
        """Tie what was tied before a part was replaced: by the class's own way, if that was all."""
        if len(held) == len(self.tied_slots()):
            self.tie_weights()
        else:
            self._share(held)

    def _ties_that_hold(self) -> dict[str, str]:
        """Without those whose slot was given a parameter of its own."""
        return {
            name: source
            for name, source in self.tied_slots().items()
            if self.get_parameter(name) is self.get_parameter(source)
        }

    def _load_from_state_dict(self, state_dict: dict[str, Any], prefix: str, *args: Any) -> None:
        # PyTorch's own hook for load_state_dict(), also where this model lies within another module.
        untie_before_loading(self, state_dict, prefix)
        super()._load_from_state_dict(state_dict, prefix, *args)
