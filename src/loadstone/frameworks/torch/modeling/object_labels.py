"""What pictures show, as tensors of one shape."""

from __future__ import annotations

from torch import Tensor, device
from torch.nn.utils.rnn import pad_sequence

from loadstone.architectures.objects import Objects
from loadstone.architectures.tasks import IGNORED
from loadstone.frameworks.object_labels import Kind, check_picture, check_values, pictures
from loadstone.frameworks.torch.modeling.arguments import check_tensors, values_known


def padded(labels: object, count: int, where: device) -> Objects:
    """Labels of pictures of so many classes as tensors on a device; :class:`ArgumentError` for those that are none."""
    classes, boxes = zip(*pictures(labels), strict=True)
    for index, (label, box) in enumerate(zip(classes, boxes, strict=True)):
        check_tensors(**{f"labels[{index}]['class_labels']": label, f"labels[{index}]['boxes']": box})
        check_picture(index, _kind(label), _kind(box))
        if values_known(label) and values_known(box):
            check_values(index, label.cpu().numpy(), box.detach().float().cpu().numpy(), count)
    return Objects(
        pad_sequence([label.to(where).long() for label in classes], batch_first=True, padding_value=IGNORED),
        pad_sequence([box.to(where).float() for box in boxes], batch_first=True, padding_value=1.0),
    )


def _kind(tensor: Tensor) -> Kind:
    is_whole = not (tensor.is_floating_point() or tensor.is_complex())
    return Kind(tensor.dtype, is_whole, tensor.is_floating_point(), tensor.shape)
