"""What every network can: forward, and its gradients."""

from torch import Tensor, nn
from torch.nn import functional


class Network(nn.Sequential):
    """uint8 images (n, 28, 28) in, logits (n, k) out: ten digits, and perhaps that it is none."""

    def learn(self, images: Tensor, targets: Tensor, loss_scale: Tensor) -> Tensor:
        """Give every weight its gradient, and return the logits, float32 (n, k), detached.

        Args:
            targets: labels int64 (n,), or a probability of each outcome, float32 (n, k), times what
                the image weighs.
            loss_scale: the loss is the batch's summed cross-entropy times this.
        """
        logits: Tensor = self(images).float()
        self.zero_grad()
        functional.cross_entropy(logits, targets, reduction="sum").backward(loss_scale)
        return logits.detach()


def cross_entropy_gradient(logits: Tensor, targets: Tensor) -> Tensor:
    """The gradient of the summed cross-entropy by the logits, float32 (n, k).

    It is the probabilities, times what the targets add up to, less the targets; labels are one-hot.
    """
    if targets.is_floating_point():
        return logits.softmax(dim=1).mul_(targets.sum(dim=1, keepdim=True)).sub_(targets)
    one = logits.new_ones((len(targets), 1))
    return logits.softmax(dim=1).scatter_add_(1, targets[:, None], -one)
