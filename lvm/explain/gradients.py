"""Methods that follow the gradient: by how many grams the estimate moves per millivolt at each sample.

All are captum's where it has them (Kokhlikyan et al. 2020, arXiv:2009.07896), for each fold by itself. Slopes do not
count where the window rule filled the beat: there is no signal that could have been different. On the way from the
baseline they do: that the beat ends early is something to explain, and belongs to the TP interval.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from captum.attr import InputXGradient, IntegratedGradients, LayerAttribution, LayerGradCam, Saliency
from numpy.typing import NDArray
from torch import Tensor

from lvm.explain.subject import Attribution, Subject
from lvm.net.elvmassnet import ELVMassNet

SMOOTH_SAMPLES, SMOOTH_SD_MV = 16, 0.05
PATH_STEPS = 64
_SEED = 1

Parts = tuple[NDArray[np.float64], NDArray[np.float64]]


def _attributes(method: Any, inputs: tuple[Tensor, Tensor], **options: Any) -> Parts:
    """(m, 12, 450) and (m, n) of captum's `attribute`; a network of the ECG alone is asked about the ECG alone."""
    beats, scalars = inputs
    if scalars.shape[1] == 0:
        options = {name: of[0] if name == "baselines" else of for name, of in options.items()}
        by_beat = method.attribute(beats, additional_forward_args=(scalars,), **options)
        return by_beat.detach().numpy().astype(np.float64), np.zeros(scalars.shape)
    by_beat, by_scalar = (of.detach().numpy().astype(np.float64) for of in method.attribute(inputs, **options))
    return by_beat, by_scalar


def _of_folds(subject: Subject, one: Callable[[ELVMassNet], Parts]) -> Parts:
    """(folds, 12, 450) and (folds, n), each the mean over the batch."""
    beats, scalars = zip(*(one(fold) for fold in subject.folds), strict=True)
    return np.stack([of.mean(axis=0) for of in beats]), np.stack([of.mean(axis=0) for of in scalars])


def _flat_line_g(subject: Subject) -> NDArray[np.float64]:
    """(folds,) estimates of a flat line with the average scalars of the training cohort: a network's zero."""
    return subject.grams(np.zeros_like(subject.beat_mv)[None], tuple(subject.folds[0].config.scalar_mean))[:, 0]


def _first_order(subject: Subject, by_mv: NDArray[np.float64], by_unit: NDArray[np.float64]) -> Attribution:
    """Slopes as a map, and their product with the signal, and with how far the scalars are from average, as grams."""
    by_mv = by_mv * subject.own
    from_average = np.array(subject.scalars) - np.array(subject.folds[0].config.scalar_mean)
    return Attribution(by_mv.astype(np.float32), by_mv * subject.beat_mv, by_unit * from_average, _flat_line_g(subject))


def gradient(subject: Subject) -> Attribution:
    """Simonyan 2014 (arXiv:1312.6034), the paper's: the slope at this beat."""
    return _first_order(
        subject, *_of_folds(subject, lambda fold: _attributes(Saliency(fold), subject.tensors, abs=False))
    )


def smoothgrad(subject: Subject) -> Attribution:
    """Smilkov 2017 (arXiv:1706.03825): the mean slope over this beat with a little noise.

    Not captum's NoiseTunnel, which draws from torch's own generator: all users of a server share that one.
    """
    rng = np.random.default_rng(_SEED)
    noise_mv = rng.normal(scale=SMOOTH_SD_MV, size=(SMOOTH_SAMPLES, *subject.beat_mv.shape)) * subject.own
    beats = torch.from_numpy((subject.beat_mv + noise_mv).astype(np.float32))
    scalars = torch.tensor([subject.scalars] * SMOOTH_SAMPLES)
    noisy = beats.requires_grad_(), scalars.requires_grad_()
    return _first_order(subject, *_of_folds(subject, lambda fold: _attributes(Saliency(fold), noisy, abs=False)))


def gradient_x_input(subject: Subject) -> Attribution:
    """Shrikumar 2016 (arXiv:1605.01713): the slope times the signal, from a flat line with average values."""
    average = torch.tensor([subject.folds[0].config.scalar_mean])

    def one(fold: ELVMassNet) -> Parts:
        beat, scalars = (of.detach() for of in subject.tensors)
        from_average = beat.requires_grad_(), (scalars - average).requires_grad_()
        return _attributes(InputXGradient(lambda b, s: fold(b, s + average)), from_average)

    by_sample, by_scalar = _of_folds(subject, one)
    return Attribution(by_sample.astype(np.float32), by_sample, by_scalar, _flat_line_g(subject))


def integrated_gradients(subject: Subject) -> Attribution:
    """Sundararajan 2017 (arXiv:1703.01365): mean slope on the way from the baseline to this beat, times the way."""
    by_sample, by_scalar = _of_folds(
        subject,
        lambda fold: _attributes(
            IntegratedGradients(fold), subject.tensors, baselines=subject.baseline_tensors, n_steps=PATH_STEPS
        ),
    )
    return Attribution(by_sample.astype(np.float32), by_sample, by_scalar, subject.baseline_g)


def grad_cam(subject: Subject) -> Attribution:
    """Selvaraju 2017 (arXiv:1610.02391) on the last block of every lead group's encoder: all its leads look alike.

    A causal network's block sees only what lies before, so that its map lags behind what it answers to.
    """

    def one(fold: ELVMassNet) -> NDArray[np.float64]:
        found = np.zeros(subject.beat_mv.shape)
        for rows, encoder in zip(fold.rows, fold.encoders, strict=True):
            layer = list(encoder.children())[-1]
            by_step = LayerGradCam(fold, layer).attribute(subject.tensors, relu_attributions=True)  # (1, 1, steps)
            by_step = by_step.reshape(1, 1, -1)  # EfficientNet's has a height of 1
            by_sample = LayerAttribution.interpolate(by_step, subject.beat_mv.shape[1:], "linear")
            found[rows] = by_sample[0, 0].detach().numpy()
        return found * subject.own

    return Attribution(np.stack([one(fold) for fold in subject.private_folds]).astype(np.float32))
